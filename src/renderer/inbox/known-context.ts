import { useEffect, useMemo, useState } from "react";
import type { ApprovalContext } from "../../shared/approval-context.ts";
import type { ApprovalView } from "../../shared/approval.ts";
import type { ConsoleState } from "../../shared/console.ts";
import { useModel } from "../model.ts";

/** What else is known of a request: being read, read, or not to be had. */
export type KnownContext =
  | { readonly at: "reading" }
  | { readonly at: "read"; readonly context: ApprovalContext }
  | { readonly at: "failed" };

/** Nobody who moves through the list by a held-down key asks for each line. */
const restMs = 150;
const reading = { at: "reading" } as const;
const failed = { at: "failed" } as const;

/** Asked once a request is open, and again where it, or what its requester asks for besides, has changed. */
export function useKnownContext(
  approval: ApprovalView,
  { approvals, gateway, session }: ConsoleState,
  isLinked: boolean,
): KnownContext {
  const { bridge } = useModel();
  const [known, setKnown] = useState<{ readonly id: string; readonly now: KnownContext }>({
    id: approval.id,
    now: reading,
  });
  const { id, revision, requester } = approval;
  const isReached = isLinked && gateway.link === "online" && session.state === "signed-in";
  const besides = approvals.reduce((sum, each) => (each.requester.id === requester.id ? sum + 1 : sum), 0);
  // One question for each state of what it is about.
  const question = useMemo(() => ({ id, revision, besides }), [id, revision, besides]);
  useEffect(() => {
    if (!isReached) return undefined;
    let isCurrent = true;
    const read = async () => {
      const answer = await bridge.approvalContext({ id: question.id });
      if (!isCurrent) return;
      const isIts = answer.ok && answer.value.id === question.id;
      setKnown({ id: question.id, now: isIts ? { at: "read", context: answer.value } : failed });
    };
    const timer = setTimeout(() => void read(), restMs);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [bridge, question, isReached]);
  const now = known.id === id ? known.now : reading;
  // Nothing is being read while the gateway is out of reach.
  return now.at === "reading" && !isReached ? failed : now;
}
