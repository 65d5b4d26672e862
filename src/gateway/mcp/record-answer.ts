import type { JsonObject } from "../../shared/json.ts";
import type { Gate } from "./context.ts";

/**
 * Makes the entry of a call's answer durable. Where it can't be, the answer is given to nobody, and is owed to the ledger. `request`: the
 * request's own entry, where that is still being written.
 */
export async function recordAnswer(
  { store, owed }: Gate,
  call: string,
  entry: JsonObject,
  request?: { readonly entry: JsonObject; readonly recorded: Promise<void> },
): Promise<void> {
  let isRequested = request === undefined;
  try {
    await store.prepare(entry);
    // Asked for second, so written second, where both are still to be written in one group.
    const answered = store.commit((writes) => writes.append("call.response", entry));
    answered.catch(() => undefined); // awaited below; it may fail before that
    await request?.recorded;
    isRequested = true;
    await answered;
  } catch (fault) {
    owed.note(call, isRequested ? null : (request?.entry ?? null));
    throw fault;
  }
}
