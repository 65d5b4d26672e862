import type { EntryKind } from "../../shared/entry-kind.ts";
import type { JsonObject } from "../../shared/json.ts";
import type { Store, Writes } from "../store/store.ts";
import { callFacts } from "./call-facts.ts";
import type { SpanTraces } from "./span-traces.ts";

/**
 * The same store: each commit within a request is a child span, and what became durable of a call is written on the request's span, so
 * that trace and ledger can't disagree.
 */
export function watched(store: Store, traces: SpanTraces): Store {
  return {
    ...store,
    commit: (work, when) => {
      const entries: [EntryKind, JsonObject][] = [];
      const noted = (writes: Writes): ReturnType<typeof work> => {
        const append: Writes["append"] = (kind, body) => {
          writes.append(kind, body);
          entries.push([kind, body]);
        };
        return work({ ...writes, append });
      };
      return traces.step("commit", async () => {
        const value = await store.commit(noted, when);
        for (const [kind, body] of entries) {
          const facts = callFacts(kind, body);
          if (facts !== null) traces.note(facts);
        }
        return value;
      });
    },
  };
}
