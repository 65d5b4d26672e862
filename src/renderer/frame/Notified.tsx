import type { NotifiedDecision } from "../../shared/desktop.ts";
import { useModel } from "../model.ts";
import { Band } from "../parts/Band.tsx";
import { Button } from "../parts/Button.tsx";
import { useStore } from "../store.ts";
import { secondsLeft } from "../times.ts";
import { spoken } from "../visible-text.ts";
import { words } from "../words.ts";
import { refusal } from "../wording.ts";
import { Undoable } from "./Denials.tsx";
import css from "./Notices.module.css";

/** Decisions that were clicked in a notification: those that can still be undone, wherever the person has gone, and those that were not recorded. */
export function Notified({ decisions }: { readonly decisions: readonly NotifiedDecision[] }) {
  return decisions.map((each) =>
    each.step === "held" ? <Held key={each.approval} held={each} /> : <NotRecorded key={each.approval} failed={each} />,
  );
}

function Held({ held }: { readonly held: Extract<NotifiedDecision, { step: "held" }> }) {
  const { decisions, selection, page, clock } = useModel();
  const nowMs = useStore(clock);
  const chosen = useStore(selection.chosen);
  const isShown = useStore(page) === "inbox" && held.approval === chosen.id;
  // The request's own bar has Undo where it is on the screen; a narrow window may show the list in its place.
  if (isShown && chosen.isOpen) return null;
  const says = words.decide.held.sendsOther[held.verdict];
  return (
    <div className={isShown ? css.narrow : undefined}>
      <Undoable undo={words.decide.undo} onUndo={() => decisions.undo(held.approval)}>
        {says(secondsLeft(held.sendsAtMs - nowMs), spoken(held.tool), spoken(held.connection))}
      </Undoable>
    </div>
  );
}

function NotRecorded({ failed }: { readonly failed: Extract<NotifiedDecision, { step: "failed" }> }) {
  const { bridge, selection, page } = useModel();
  const { approval, tool, connection, verdict, code } = failed;
  const { lead, rest } = refusal(code, verdict);
  const action = (
    <>
      <Button size="small" onClick={() => (page.set("inbox"), selection.open(approval))}>
        {words.decide.held.open}
      </Button>
      <Button size="small" onClick={() => void bridge.desktop?.dropDecision({ id: approval })}>
        {words.decide.held.dismiss}
      </Button>
    </>
  );
  return (
    <Band tone="bad" icon="fail" action={action}>
      {words.decide.held.failed(spoken(tool), spoken(connection))} <b>{lead}</b> {rest}
    </Band>
  );
}
