import type { JsonObject } from "../../shared/json.ts";
import type { Writes } from "../store/store.ts";
import type { Exchange } from "./context.ts";
import type { Judged } from "./record.ts";

/** Makes a call's entry durable, and before it what it refers to. `before` appends what else comes first. */
export function recordCall(
  exchange: Exchange,
  kind: "call.request" | "call.refused",
  entry: JsonObject,
  judged: Judged | null,
  when: "now" | "soon" = "now",
  before?: (writes: Writes) => void,
): Promise<void> {
  const work = (writes: Writes): void => {
    before?.(writes);
    writes.append(kind, entry);
  };
  return commitCall(exchange, judged, work, when);
}

/** A commit whose work may append a call's entry: what such an entry refers to comes first, where this process has not recorded that yet. */
export function commitCall<T>(
  { gate, caller, connection }: Exchange,
  judged: Judged | null,
  work: (writes: Writes) => T,
  when: "now" | "soon" = "now",
): Promise<T> {
  const { seen, store } = gate;
  const tool = judged?.tool ?? null;
  const missing = seen.missing([
    seen.principal(caller.principal),
    ...(tool === null ? [] : [seen.tool(connection, tool)]),
  ]);
  if (missing.length === 0) return store.commit(work, when);
  const committed = store.commit((writes) => {
    seen.append(writes, missing);
    return work(writes);
  }, when);
  return committed.then((value) => {
    seen.recorded(missing);
    return value;
  });
}
