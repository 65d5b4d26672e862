import { useEffect, useRef, useState } from "react";
import type { ApprovalContext } from "../../shared/approval-context.ts";
import type { ApprovalView } from "../../shared/approval.ts";
import type { ConsoleState } from "../../shared/console.ts";
import { useModel } from "../model.ts";
import { readRepeatedly, type RepeatedReading } from "./repeated-reading.ts";

/** What else is known of a request: being read, read, or not to be had. */
export type KnownContext =
  | { readonly at: "reading" }
  | { readonly at: "read"; readonly context: ApprovalContext }
  | { readonly at: "failed" };

/** Nobody who moves through the list by a held-down key asks for each line. */
const restMs = 150;
const beingRead = { at: "reading" } as const;
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
    now: beingRead,
  });
  const { id, revision, requester } = approval;
  const isReached = isLinked && gateway.link === "online" && session.state === "signed-in";
  const besides = approvals.reduce((sum, each) => (each.requester.id === requester.id ? sum + 1 : sum), 0);
  const reading = useRef<RepeatedReading | null>(null);
  useEffect(() => {
    if (!isReached) return undefined;
    const tell = (answer: Awaited<ReturnType<typeof bridge.approvalContext>>) => {
      const isIts = answer.ok && answer.value.id === id;
      setKnown({ id, now: isIts ? { at: "read", context: answer.value } : failed });
    };
    const own = readRepeatedly(() => bridge.approvalContext({ id }), tell, restMs);
    reading.current = own;
    return () => {
      own.close();
      reading.current = null;
    };
  }, [bridge, id, isReached]);
  // However often these change, it is read at a pace: whoever asks without end would keep it from being read at all.
  useEffect(() => reading.current?.again(`${revision} ${besides}`), [revision, besides]);
  const now = known.id === id ? known.now : beingRead;
  // Nothing is being read while the gateway is out of reach.
  return now.at === "reading" && !isReached ? failed : now;
}
