import { useState } from "react";
import type { ConsoleState } from "../../shared/console.ts";
import type { GrantView } from "../../shared/grant.ts";
import panes from "../inbox/panes.module.css";
import { Blank } from "../parts/Blank.tsx";
import { Button } from "../parts/Button.tsx";
import { words } from "../words.ts";
import { GrantTable } from "./GrantTable.tsx";
import page from "../parts/page.module.css";
import text from "../parts/text.module.css";

interface GrantsProps {
  readonly state: ConsoleState;
  readonly isLinked: boolean;
}

/** Standing permissions: those this person can revoke as an approver, and those that let their own calls run. */
export function Grants({ state, isLinked }: GrantsProps) {
  const [showsEnded, setShowsEnded] = useState(false);
  const ended = state.grants.filter(isEnded);
  const shown = showsEnded ? state.grants : state.grants.filter((grant) => !isEnded(grant));
  const mayRevoke = isLinked && state.session.state === "signed-in" && state.gateway.link === "online";
  const of = (relation: GrantView["relation"]) => shown.filter((grant) => grant.relation === relation);
  const table = { gateway: state.gateway, mayRevoke };
  const more = ended.length > 0 && (
    <Button size="small" onClick={() => setShowsEnded(!showsEnded)}>
      {showsEnded ? words.grants.hideEnded : words.grants.ended(ended.length)}
    </Button>
  );
  if (shown.length === 0) {
    return (
      <main className={panes.alone}>
        <Blank title={words.grants.emptyTitle} actions={more}>
          <p>{words.grants.empty}</p>
        </Blank>
      </main>
    );
  }
  return (
    <main className={page.page}>
      <div className={page.head}>
        <h1>{words.grants.title}</h1>
        <span className={text.three}>{words.grants.note}</span>
        {more}
      </div>
      <GrantTable title={words.grants.given} grants={of("approver")} {...table} />
      <GrantTable title={words.grants.held} grants={of("holder")} {...table} />
      <GrantTable title={words.grants.seen} grants={of("observer")} {...table} />
    </main>
  );
}

function isEnded({ state }: GrantView): boolean {
  return state !== "live";
}
