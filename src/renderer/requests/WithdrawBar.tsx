import { useState } from "react";
import type { ApprovalView } from "../../shared/approval.ts";
import { quorum } from "../../shared/approval-steps.ts";
import type { Failure } from "../../shared/errors.ts";
import bar from "../inbox/DecisionBar.module.css";
import { useModel } from "../model.ts";
import { Band } from "../parts/Band.tsx";
import { Button } from "../parts/Button.tsx";
import { words } from "../words.ts";
import { wording } from "../wording.ts";

interface WithdrawBarProps {
  readonly approval: ApprovalView;
  readonly isReached: boolean;
}

type Step = "idle" | "sure" | "sending";

/**
 * Takes a request back. One click where nothing is lost, since the call can be made again; asked once more where somebody's approval
 * would be.
 */
export function WithdrawBar({ approval, isReached }: WithdrawBarProps) {
  const { bridge } = useModel();
  const [step, setStep] = useState<Step>("idle");
  const [error, setError] = useState<Failure | null>(null);
  const loss = lossOf(approval);
  const send = async () => {
    setStep("sending");
    setError(null);
    const answer = await bridge.withdraw({ id: approval.id });
    setStep("idle");
    if (!answer.ok) setError(answer.error);
  };
  if (loss === null)
    return (
      <footer className={bar.decide}>
        <div className={bar.does}>
          <span className={bar.grow}>
            {approval.state === "claimed" ? words.requests.running : words.requests.cannot}
          </span>
        </div>
      </footer>
    );
  return (
    <footer className={bar.decide} aria-label={words.requests.withdraw} data-rest="button">
      {error !== null && (
        <Band tone="bad" icon="fail">
          {words.requests.notWithdrawn} {wording(error.code)}
        </Band>
      )}
      <div className={bar.does}>
        <span className={bar.grow} role="status">
          {step === "sending" ? words.requests.withdrawing : isReached ? loss.says : words.requests.waitOffline}
        </span>
        {step === "sure" ? (
          <>
            <Button size="large" onClick={() => setStep("idle")}>
              {words.requests.keep}
            </Button>
            <Button size="large" look="strong" disabled={!isReached} onClick={() => void send()}>
              {words.requests.withdrawSure}
            </Button>
          </>
        ) : (
          <Button
            size="large"
            disabled={!isReached || step === "sending"}
            onClick={() => (loss.asks ? setStep("sure") : void send())}
          >
            {loss.asks ? words.requests.withdrawAsk : words.requests.withdraw}
          </Button>
        )}
      </div>
    </footer>
  );
}

/** What withdrawing would lose, and whether it is worth a question; null where there is nothing to withdraw. */
function lossOf(approval: ApprovalView): { readonly asks: boolean; readonly says: string } | null {
  if (approval.state === "approved") return { asks: true, says: words.requests.losesApproved };
  if (approval.state !== "pending") return null;
  const { have } = quorum(approval);
  return have > 0 ? { asks: true, says: words.requests.loses(have) } : { asks: false, says: words.requests.final };
}
