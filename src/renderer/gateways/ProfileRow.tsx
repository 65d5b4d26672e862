import { useState } from "react";
import type { DesktopBridge } from "../../shared/bridge.ts";
import type { Failure } from "../../shared/errors.ts";
import type { ProfileView, RemovalView } from "../../shared/profiles.ts";
import { Button } from "../parts/Button.tsx";
import field from "../parts/field.module.css";
import { Outside } from "../parts/Outside.tsx";
import { Status } from "../parts/Status.tsx";
import { spoken } from "../visible-text.ts";
import { words } from "../words.ts";
import { wording } from "../wording.ts";
import css from "./Gateways.module.css";
import { RemoveProfile } from "./RemoveProfile.tsx";

const said = words.gateways;

interface RowProps {
  readonly profile: ProfileView;
  readonly desktop: DesktopBridge;
}

/** One gateway and account: how it stands, and what can be done about it. */
export function ProfileRow({ profile, desktop }: RowProps) {
  const { id, name, gateway, issuer, isOpen, isManaged, fault } = profile;
  const [doing, setDoing] = useState<"rest" | "renaming" | "opening">("rest");
  const [removal, setRemoval] = useState<RemovalView | null>(null);
  const [refused, setRefused] = useState<Failure | null>(null);
  const called = spoken(name, 60);
  const done = (answer: { readonly ok: true } | { readonly ok: false; readonly error: Failure }) => {
    setRefused(answer.ok ? null : answer.error);
    setRemoval(null);
    setDoing("rest");
  };
  const enter = async () => {
    setDoing("opening");
    done(await desktop.openProfile({ id }));
  };
  const rename = async (next: string) => done(await desktop.renameProfile({ id, name: next }));
  const lookWhatGoes = async () => {
    const answer = await desktop.profileRemoval({ id });
    if (answer.ok) setRemoval(answer.value);
    else done(answer);
  };
  const remove = async () => done(await desktop.removeProfile({ id }));
  return (
    <li className={css.row}>
      <div className={css.line}>
        <b>
          <Outside text={name} foldAt={60} />
        </b>
        <Status
          tone={fault === null ? (isOpen ? "ok" : "none") : "bad"}
          icon={isOpen && fault === null ? "dot" : "ring"}
        >
          {fault !== null ? said.broken : isOpen ? said.open : said.rest}
        </Status>
        <span className={css.space} />
        {(!isOpen || fault !== null) && (
          <Button size="small" label={said.openOf(called)} disabled={doing === "opening"} onClick={() => void enter()}>
            {said.enter}
          </Button>
        )}
        {!isManaged && (
          <>
            <Button size="small" look="quiet" label={said.renameOf(called)} onClick={() => setDoing("renaming")}>
              {said.rename}
            </Button>
            <Button size="small" look="quiet" label={said.removeOf(called)} onClick={() => void lookWhatGoes()}>
              {said.remove}
            </Button>
          </>
        )}
      </div>
      <p className={css.note}>
        <Outside text={gateway ?? ""} look="codeSmall" />
        {said.signInAt}
        <Outside text={issuer ?? ""} look="codeSmall" />
      </p>
      {isManaged && <p className={css.note}>{said.managed}</p>}
      {fault !== null && (
        <p className={css.refused}>
          “<Outside text={fault} />”
        </p>
      )}
      {refused !== null && (
        <p role="alert" className={css.refused}>
          {wording(refused.code)} “<Outside text={refused.message} />”
        </p>
      )}
      {doing === "renaming" && (
        <Rename name={name} onSave={(next) => void rename(next)} onKeep={() => setDoing("rest")} />
      )}
      {removal !== null && <RemoveProfile what={removal} onRemove={remove} onKeep={() => setRemoval(null)} />}
    </li>
  );
}

interface RenameProps {
  readonly name: string;
  readonly onSave: (name: string) => void;
  readonly onKeep: () => void;
}

function Rename({ name, onSave, onKeep }: RenameProps) {
  const [text, setText] = useState(name);
  return (
    <form
      className={css.line}
      onSubmit={(event) => {
        event.preventDefault();
        onSave(text);
      }}
    >
      <span className={field.field}>
        <input aria-label={said.name} value={text} maxLength={60} onChange={(event) => setText(event.target.value)} />
      </span>
      <Button size="small" look="strong" type="submit">
        {said.save}
      </Button>
      <Button size="small" onClick={onKeep}>
        {said.keep}
      </Button>
    </form>
  );
}
