import { useRef, useState, type MouseEvent } from "react";
import type { ApprovalView } from "../../shared/approval.ts";
import { quorum } from "../../shared/approval-steps.ts";
import { useModel } from "../model.ts";
import { Button } from "../parts/Button.tsx";
import { useStore } from "../store.ts";
import { words } from "../words.ts";
import css from "./DecisionBar.module.css";
import { Denying } from "./Denying.tsx";
import type { Hindrance } from "./hindrance.ts";
import { Meter, QuorumLine } from "./Quorum.tsx";
import { Refused } from "./Refused.tsx";
import { useShortcuts } from "./shortcuts.ts";

interface DecisionBarProps {
  readonly approval: ApprovalView;
  readonly hinders: Hindrance | null;
}

/** Reason, Deny and Approve. The riskier the call, the more an approval asks for; denying never asks for more than a click. */
export function DecisionBar({ approval, hinders }: DecisionBarProps) {
  const { decisions, reasons } = useModel();
  const deciding = useStore(decisions.all).get(approval.id);
  const reason = (useStore(reasons).get(approval.id) ?? "").trim();
  const isCritical = approval.risk === "critical";
  const needsReason = isCritical || approval.risk === "high";
  const isIdle = hinders === null && (deciding === undefined || deciding.step === "refused");
  const onlyDenies = approval.standing === "deny";
  const mayApprove = isIdle && !onlyDenies && !(needsReason && reason === "");
  const approve = () => mayApprove && decisions.approve(approval, reason);
  const deny = () => isIdle && decisions.deny(approval, reason);
  const bar = useRef<HTMLElement>(null);
  // A narrow window shows the list alone: no key decides what is not on the screen.
  const whenSeen = (act: () => void) => () => bar.current?.checkVisibility() && act();
  useShortcuts({
    d: whenSeen(deny),
    a: needsReason ? undefined : whenSeen(approve),
    "ctrl+enter": isCritical ? undefined : whenSeen(approve),
  });

  if (deciding?.step === "denying") return <Denying id={approval.id} sendsAtMs={deciding.sendsAtMs} />;
  return (
    <div>
      {deciding?.step === "refused" && <Refused verdict={deciding.verdict} code={deciding.error.code} />}
      <section ref={bar} className={css.decide} aria-label={words.decide.label}>
        <div className={css.above}>
          <Meter approval={approval} />
          <span className={css.grow}>
            <QuorumLine approval={approval} />
            <span role="status">
              {hinders === null
                ? lineFor(approval, deciding?.step === "sending" ? deciding.verdict : null)
                : words.decide[hinders]}
            </span>
          </span>
          {isIdle && <KeyHints />}
        </div>
        <div className={css.does}>
          <Reason id={approval.id} isDisabled={!isIdle} />
          <div className={css.verbs}>
            <Button look="strong" size="large" disabled={!isIdle} onClick={deny} keys="D">
              {words.decide.deny}
              {isIdle && <kbd aria-hidden="true">D</kbd>}
            </Button>
            {onlyDenies ? null : isCritical ? (
              <ApproveCritical
                key={approval.revision}
                disabled={!mayApprove}
                asksReason={isIdle && reason === ""}
                onApprove={approve}
              />
            ) : (
              <Button
                look="primary"
                size="large"
                disabled={!mayApprove}
                onClick={approve}
                keys={needsReason ? "Control+Enter" : "A"}
              >
                {isIdle && !mayApprove ? words.decide.needsReason : words.decide.approve}
                {mayApprove && <kbd aria-hidden="true">{needsReason ? "Ctrl ↵" : "A"}</kbd>}
              </Button>
            )}
          </div>
        </div>
      </section>
    </div>
  );
}

interface ApproveCriticalProps {
  readonly disabled: boolean;
  readonly asksReason: boolean;
  readonly onApprove: () => void;
}

/** Two presses, of which the second is never the tail of a double click. A request that changes meanwhile asks for both again. */
function ApproveCritical({ disabled, asksReason, onApprove }: ApproveCriticalProps) {
  const [isArmed, setArmed] = useState(false);
  const press = (event: MouseEvent) => {
    if (!isArmed) setArmed(true);
    else if (event.detail <= 1) onApprove();
  };
  if (asksReason)
    return (
      <Button look="primary" size="large" disabled>
        {words.decide.needsReason}
      </Button>
    );
  return (
    <Button look="primary" size="large" disabled={disabled} onClick={press}>
      {isArmed && !disabled ? words.decide.armed : words.decide.approve}
    </Button>
  );
}

function Reason({ id, isDisabled }: { readonly id: string; readonly isDisabled: boolean }) {
  const { reasons } = useModel();
  const value = useStore(reasons).get(id) ?? "";
  return (
    <div className={css.field}>
      <label htmlFor="reason">{words.decide.reason}</label>
      <input
        id="reason"
        maxLength={1000}
        autoComplete="off"
        value={value}
        readOnly={isDisabled}
        onChange={(event) => reasons.set(new Map(reasons.get()).set(id, event.target.value))}
        onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
      />
    </div>
  );
}

function KeyHints() {
  return (
    <span className={css.keys} aria-hidden="true">
      <span>
        <kbd>J</kbd>
        <kbd>K</kbd>
        {words.help.hint.move}
      </span>
      <span>
        <kbd>R</kbd>
        {words.help.hint.reason}
      </span>
      <span>
        <kbd>?</kbd>
        {words.help.hint.all}
      </span>
    </span>
  );
}

function lineFor(approval: ApprovalView, sending: "approve" | "deny" | null) {
  if (sending !== null) return words.decide.sending[sending];
  if (approval.standing === "deny") return words.decide.onlyDeny;
  if (approval.risk === "critical") return words.decide.critical;
  const { have, need } = quorum(approval);
  if (need === 1) return words.decide.runs;
  return need - have === 1 ? words.decide.last : words.decide.notLast(need - have - 1);
}
