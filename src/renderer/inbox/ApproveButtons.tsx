import type { ApprovalView } from "../../shared/approval.ts";
import { Button } from "../parts/Button.tsx";
import { words } from "../words.ts";
import { approvingKey, type Missing } from "./demands.ts";

interface ApproveButtonsProps {
  readonly approval: ApprovalView;
  /** Whether anything can be decided now. */
  readonly isIdle: boolean;
  /** What an approval lacks, or null. */
  readonly missing: Missing | null;
  readonly isGranting: boolean;
  /** Whether what is to be granted may be signed as it stands. */
  readonly isGrantGood: boolean;
  /** How many equal requests one press approves; fewer than two: none. */
  readonly equal: number;
  readonly onApprove: () => void;
  readonly onApproveEqual: () => void;
  /** Opens and closes what is to be granted besides; absent where nothing may be. */
  readonly onGranting: (() => void) | undefined;
}

/** Approve, and what may be approved with it. A button that cannot be pressed says why. */
export function ApproveButtons(props: ApproveButtonsProps) {
  const { approval, isIdle, missing, isGranting, isGrantGood, equal, onApprove, onApproveEqual, onGranting } = props;
  const mayApprove = isIdle && missing === null && (!isGranting || isGrantGood);
  // A grant is never one key away.
  const key = isGranting ? null : approvingKey(approval);
  const verb = isGranting ? words.grant.approve : words.decide.approve;
  return (
    <>
      {onGranting && (
        <Button size="large" disabled={!isIdle} expanded={isGranting} onClick={onGranting}>
          {isGranting ? words.grant.cancel : words.grant.open}
        </Button>
      )}
      {equal > 1 && !isGranting && (
        <Button size="large" disabled={!isIdle} onClick={onApproveEqual}>
          {words.decide.approveEqual(equal)}
        </Button>
      )}
      <Button
        look="primary"
        size="large"
        disabled={!mayApprove}
        onClick={onApprove}
        {...(key === null ? {} : { keys: key })}
      >
        {isIdle && missing !== null ? words.decide.missing[missing] : verb}
        {mayApprove && key !== null && <kbd aria-hidden="true">{key === "A" ? "A" : "Ctrl ↵"}</kbd>}
      </Button>
    </>
  );
}
