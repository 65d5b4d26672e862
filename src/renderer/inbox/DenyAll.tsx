import { useEffect, useRef, useState } from "react";
import type { ApprovalView } from "../../shared/approval.ts";
import { waitsHere } from "../../shared/device.ts";
import { useModel, type View } from "../model.ts";
import { Button } from "../parts/Button.tsx";
import { useStore } from "../store.ts";
import { words } from "../words.ts";
import css from "./DenyAll.module.css";

/** Denies all that the list shows, with one reason and five seconds to undo. */
export function DenyAll({ shown }: { readonly shown: readonly ApprovalView[] }) {
  const { decisions, view } = useModel();
  /** What the list showed when it was asked for: what comes later was not meant. */
  const [asked, setAsked] = useState<readonly ApprovalView[] | null>(null);
  const isBarred = !canDecide(useStore(view));
  if (asked === null)
    return (
      <Button look="quiet" size="small" disabled={isBarred || shown.length === 0} onClick={() => setAsked(shown)}>
        {words.denyAll.open}
      </Button>
    );
  const deny = (reason: string) => {
    decisions.deny(asked, reason);
    setAsked(null);
  };
  return <Asking count={asked.length} isBarred={isBarred} onDeny={deny} onKeep={() => setAsked(null)} />;
}

interface AskingProps {
  readonly count: number;
  readonly isBarred: boolean;
  readonly onDeny: (reason: string) => void;
  readonly onKeep: () => void;
}

function Asking({ count, isBarred, onDeny, onKeep }: AskingProps) {
  const [reason, setReason] = useState("");
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  return (
    <div className={css.panel} role="group" aria-label={words.denyAll.title(count)}>
      <p>{words.denyAll.title(count)}</p>
      <div className={css.field}>
        <label htmlFor="deny-all-reason">{words.denyAll.reason}</label>
        <input
          id="deny-all-reason"
          ref={field}
          maxLength={1000}
          autoComplete="off"
          value={reason}
          onChange={(event) => setReason(event.target.value)}
          onKeyDown={(event) => event.key === "Escape" && onKeep()}
        />
      </div>
      <div className={css.verbs}>
        <Button onClick={onKeep}>{words.denyAll.keep}</Button>
        <Button look="strong" disabled={isBarred} onClick={() => onDeny(reason.trim())}>
          {words.denyAll.deny(count)}
        </Button>
      </div>
    </div>
  );
}

function canDecide(view: View): boolean {
  if (view.at !== "live" || !view.isLinked) return false;
  const { session, gateway, devices } = view.state;
  return session.state === "signed-in" && gateway.link === "online" && waitsHere(devices) === undefined;
}
