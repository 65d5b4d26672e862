import { useMemo, useRef, useState } from "react";
import type { ApprovalView } from "../../shared/approval.ts";
import { quorum } from "../../shared/approval-steps.ts";
import { useModel } from "../model.ts";
import { Button } from "../parts/Button.tsx";
import { useStore } from "../store.ts";
import { words } from "../words.ts";
import { ApproveButtons } from "./ApproveButtons.tsx";
import css from "./DecisionBar.module.css";
import { DecisionLine } from "./DecisionLine.tsx";
import { approvingKey, missingIn, needsNumber } from "./demands.ts";
import { equalTo } from "./equal.ts";
import { faultIn, firstDraft, wishOf, type GrantDraft } from "./grant-draft.ts";
import { GrantForm } from "./GrantForm.tsx";
import { useHasMoved } from "./has-moved.ts";
import type { Hindrance } from "./hindrance.ts";
import { KeyHints } from "./KeyHints.tsx";
import { NumberField } from "./NumberField.tsx";
import { Meter, QuorumLine } from "./Quorum.tsx";
import { ReasonField } from "./ReasonField.tsx";
import { Refused } from "./Refused.tsx";
import { useShortcuts } from "./shortcuts.ts";
import { Unsent } from "./Unsent.tsx";

interface DecisionBarProps {
  readonly approval: ApprovalView;
  readonly hinders: Hindrance | null;
}

/** Reason, Deny and Approve. The riskier the call, the more an approval asks for; denying never asks for more than a click. */
export function DecisionBar({ approval, hinders }: DecisionBarProps) {
  const { decisions, reasons, selection, view, clock } = useModel();
  const deciding = useStore(decisions.all).get(approval.id);
  const reason = (useStore(reasons).get(approval.id) ?? "").trim();
  const nowMs = useStore(clock);
  const live = useStore(view);
  const all = live.at === "live" ? live.state.approvals : null;
  const equal = useMemo(() => equalTo(approval, all ?? []), [approval, all]);
  const hasMoved = useHasMoved(equal.length);
  const [number, setNumber] = useState("");
  const [draft, setDraft] = useState<GrantDraft | null>(null);
  const isIdle = hinders === null && (deciding === undefined || deciding.step === "refused");
  const onlyDenies = approval.standing === "deny";
  const offer = offerFor(approval);
  const missing = missingIn(approval, reason, number);
  const isGrantGood = draft === null || (offer !== null && faultIn(draft, offer, approval) === null);
  const mayApprove = isIdle && !onlyDenies && missing === null && isGrantGood;
  const approve = () => {
    if (!mayApprove || selection.hasSlipped()) return;
    const besides = { ...(needsNumber(approval) && { number }), ...(draft !== null && { grant: wishOf(draft) }) };
    decisions.approve(approval, { reason, ...besides });
    setNumber("");
  };
  // It stands where Deny did before there was one.
  const approveEqual = () => !selection.hasSlipped() && !hasMoved() && decisions.approveEach(equal, reason);
  const deny = () => isIdle && !selection.hasSlipped() && decisions.deny([approval], reason);
  const bar = useRef<HTMLElement>(null);
  const key = draft === null && mayApprove ? approvingKey(approval) : null;
  useShortcuts(
    {
      d: isIdle ? deny : undefined,
      r: isIdle ? () => document.getElementById("reason")?.focus() : undefined,
      a: key === "A" ? approve : undefined,
      "ctrl+enter": key === null ? undefined : approve,
    },
    // A narrow window shows the list alone: no key decides what is not on the screen.
    () => bar.current?.checkVisibility() ?? false,
  );

  if (deciding?.step === "denying" || deciding?.step === "held") return <Unsent id={approval.id} deciding={deciding} />;
  return (
    <div>
      {deciding?.step === "refused" && <Refused verdict={deciding.verdict} code={deciding.error.code} />}
      <section ref={bar} id="decision" className={css.decide} aria-label={words.decide.label} tabIndex={-1}>
        {draft !== null && offer !== null && (
          <GrantForm
            approval={approval}
            offer={offer}
            draft={draft}
            endsAtMs={nowMs + draft.lastsMs}
            onChange={setDraft}
          />
        )}
        <div className={css.above}>
          <Meter approval={approval} />
          <span className={css.grow}>
            <QuorumLine approval={approval} />
            <span role="status">
              <DecisionLine approval={approval} deciding={deciding} hinders={hinders} equal={equal} />
            </span>
          </span>
          {needsNumber(approval) && !onlyDenies ? (
            <NumberField value={number} isDisabled={!isIdle} onChange={setNumber} />
          ) : (
            isIdle && <KeyHints />
          )}
        </div>
        <div className={css.does}>
          <ReasonField id={approval.id} isDisabled={!isIdle} />
          <div className={css.verbs}>
            <Button look="strong" size="large" disabled={!isIdle} onClick={deny} keys="D">
              {words.decide.deny}
              {isIdle && <kbd aria-hidden="true">D</kbd>}
            </Button>
            {!onlyDenies && (
              <ApproveButtons
                approval={approval}
                isIdle={isIdle}
                missing={missing}
                isGranting={draft !== null}
                isGrantGood={isGrantGood}
                equal={equal.length}
                onApprove={approve}
                onApproveEqual={approveEqual}
                onGranting={offer ? () => setDraft(draft === null ? firstDraft(offer, approval) : null) : undefined}
              />
            )}
          </div>
        </div>
      </section>
    </div>
  );
}

/** What may be granted beside this approval: only where it completes the request. */
function offerFor(approval: ApprovalView) {
  const { have, need } = quorum(approval);
  return need - have === 1 ? (approval.grants ?? null) : null;
}
