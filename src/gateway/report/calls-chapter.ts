import { z } from "zod";
import { Counts, Listed, type Chapter, type Listing, type ReportedEntry } from "./chapter.ts";

/** What went through one connection. */
interface ConnectionCalls {
  readonly connection: string;
  readonly calls: number;
  /** By what the rules said of them. */
  readonly allowed: number;
  readonly held: number;
  readonly granted: number;
  readonly denied: number;
  /** Refused whatever the rules said: malformed, over a limit, a changed tool, a sign-in that was too old. */
  readonly refused: number;
  /** The protocol's own: handshakes, lists. */
  readonly protocol: number;
}

export interface CallsReport {
  readonly connections: readonly ConnectionCalls[];
  readonly people: number;
  readonly services: number;
  readonly maskedPlaces: number;
  readonly outcomes: ReturnType<Counts["rows"]>;
  /** By rule, connection and tool. */
  readonly blocked: ReturnType<Counts["rows"]>;
  /** Calls that were let through and whose end is not in the ledger by the period's end. */
  readonly open: Listing<{ readonly entry: number; readonly call: string }>;
}

const asked = z.object({
  call: z.string(),
  principal: z.object({ id: z.string(), kind: z.enum(["user", "service"]) }),
  connection: z.string(),
  name: z.string().nullable(),
  effect: z.enum(["allow", "deny", "approve", "approve+grant", "protocol"]),
  rule: z.object({ name: z.string() }).nullable(),
  hidden: z.array(z.unknown()),
});
type Asked = z.infer<typeof asked>;
const answered = z.object({ call: z.string(), outcome: z.string(), hidden: z.array(z.unknown()).optional() });

type Row = { -readonly [K in Exclude<keyof ConnectionCalls, "connection">]: ConnectionCalls[K] };
const columns = { allow: "allowed", approve: "held", "approve+grant": "granted" } as const;

/** Who called what through which connection, what became of it, and what was blocked (CC6.1, CC6.6, CC7.2). */
export class CallsChapter implements Chapter {
  readonly #connections = new Map<string, Row>();
  readonly #people = new Set<string>();
  readonly #services = new Set<string>();
  readonly #outcomes = new Counts();
  readonly #blocked = new Counts();
  readonly #open = new Map<string, number>();
  #masked = 0;

  take({ kind, body, isWithin, seq }: ReportedEntry): void {
    if (!isWithin) return;
    if (kind === "call.request" || kind === "call.refused") {
      const call = asked.safeParse(body);
      if (call.success) this.#count(call.data, kind === "call.refused", seq);
    } else if (kind === "call.response") {
      const answer = answered.safeParse(body);
      if (!answer.success) return;
      this.#open.delete(answer.data.call);
      this.#outcomes.add(answer.data.outcome);
      this.#masked += answer.data.hidden?.length ?? 0;
    }
  }

  report(): CallsReport {
    const open = new Listed<{ entry: number; call: string }>();
    for (const [call, entry] of this.#open) open.add({ entry, call });
    return {
      connections: [...this.#connections]
        .map(([connection, row]) => ({ connection, ...row }))
        .sort((one, other) => one.connection.localeCompare(other.connection, "en")),
      people: this.#people.size,
      services: this.#services.size,
      maskedPlaces: this.#masked,
      outcomes: this.#outcomes.rows(),
      blocked: this.#blocked.rows(),
      open: open.listing(),
    };
  }

  #count({ call, principal, connection, name, effect, rule, hidden }: Asked, isRefused: boolean, seq: number): void {
    (principal.kind === "service" ? this.#services : this.#people).add(principal.id);
    this.#masked += hidden.length;
    const row = this.#rowOf(connection);
    row.calls += 1;
    if (effect === "deny") {
      row.denied += 1;
      this.#blocked.add(`${rule?.name ?? "no rule"}: ${name ?? "a method"} on ${connection}`);
    } else if (isRefused) row.refused += 1;
    else row[effect === "protocol" ? "protocol" : columns[effect]] += 1;
    if (!isRefused) this.#open.set(call, seq);
  }

  #rowOf(connection: string): Row {
    const known = this.#connections.get(connection);
    if (known !== undefined) return known;
    const row = { calls: 0, allowed: 0, held: 0, granted: 0, denied: 0, refused: 0, protocol: 0 };
    this.#connections.set(connection, row);
    return row;
  }
}
