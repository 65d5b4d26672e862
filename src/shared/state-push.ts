import { z } from "zod";
import { approvalView } from "./approval.ts";
import { consoleState } from "./console.ts";

/** Rises by one with each push of one owner to one console, so that one that was lost or came late shows. */
const revision = z.number().int().nonnegative();

/** The whole state as of a revision: how a console begins, and what mends one that missed a push. */
export const wholeState = z.object({ kind: z.literal("whole"), revision, state: consoleState });
export type WholeState = z.infer<typeof wholeState>;

/** What became of the list of approvals: those that are new or another than before, and the ids of those that are no longer in it. */
const approvalChanges = z.object({ put: z.array(approvalView), gone: z.array(z.string()) });
export type ApprovalChanges = z.infer<typeof approvalChanges>;

/** What is another than it was one revision before; a part that is not named is as it was. */
const stateChange = z.object({
  kind: z.literal("change"),
  revision,
  parts: consoleState.omit({ approvals: true }).partial(),
  approvals: approvalChanges.nullable(),
});
export type StateChange = z.infer<typeof stateChange>;

/** What the owner of a profile tells a console of its state. */
export const statePush = z.discriminatedUnion("kind", [wholeState, stateChange]);
export type StatePush = z.infer<typeof statePush>;

/** What a console asks of whoever tells it the state, and of nobody behind them; over IPC a channel of that name. */
export const stateCalls = { "state.whole": z.strictObject({}) } as const;
export type StateCall = keyof typeof stateCalls;
export interface StateOutput {
  "state.whole": WholeState;
}
