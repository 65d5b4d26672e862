import { z } from "zod";
import { Counts, Listed, type Chapter, type Listing, type ReportedEntry } from "./chapter.ts";

/** An entry that the report names by itself: the whole of it is in the ledger. */
export interface EventLine {
  readonly entry: number;
  readonly atMs: number;
  readonly kind: string;
  readonly what: string;
}

export interface EventsReport {
  /** Rules that were loaded or refused, tools that were accepted as they had changed. */
  readonly changes: Listing<EventLine>;
  /** Devices and sessions that were let in or shut out, and by whom. */
  readonly access: Listing<EventLine>;
  /** Requests that were not let in, by their code. */
  readonly refused: ReturnType<Counts["rows"]>;
  /** Who looked into the ledger, and how often. */
  readonly reads: ReturnType<Counts["rows"]>;
  /** Erasures and legal holds. */
  readonly erasures: Listing<EventLine>;
  /** Starts, stops and crashes of the gateway, and of its agents. */
  readonly running: Listing<EventLine>;
}

const lists = {
  changes: ["config.loaded", "config.rejected", "tool.accepted"],
  access: [
    "device.enrolled",
    "device.confirmed",
    "device.removed",
    "principal.revoked",
    "principal.restored",
    "gateway-session.revoked",
  ],
  erasures: ["entries.erased", "hold.placed", "hold.lifted"],
  running: ["gateway.started", "gateway.stopped", "gateway.unclean_stop", "agent.connected", "agent.disconnected"],
} as const;
type ListName = keyof typeof lists;
const listOf = new Map<string, ListName>(
  (Object.keys(lists) as ListName[]).flatMap((name) => lists[name].map((kind) => [kind, name] as const)),
);

const refusal = z.object({ code: z.string().optional(), more: z.number().optional() });
const read = z.object({ principal: z.string(), what: z.string() });
const erased = z.object({ entries: z.array(z.tuple([z.number(), z.number()])).min(1) });
/** What a line says of its entry, in this order. */
const told = [
  "rules",
  "sha256",
  "why",
  "reason",
  "tool",
  "connection",
  "name",
  "device",
  "principal",
  "session",
  "by",
  "agent",
];

/** What happened to the gateway and to who may reach it, by the entries themselves (CC6.1, CC6.8, CC7.2, CC8.1). */
export class EventsChapter implements Chapter {
  readonly #lists: Readonly<Record<ListName, Listed<EventLine>>> = {
    changes: new Listed(),
    access: new Listed(),
    erasures: new Listed(),
    running: new Listed(),
  };
  readonly #refused = new Counts();
  readonly #reads = new Counts();

  take({ kind, body, isWithin, seq, atMs }: ReportedEntry): void {
    if (!isWithin) return;
    const list = listOf.get(kind);
    if (list !== undefined) this.#lists[list].add({ entry: seq, atMs, kind, what: whatOf(body) });
    if (kind === "auth.refused" || kind === "request.refused") {
      const found = refusal.safeParse(body);
      if (found.success) this.#refused.add(found.data.code ?? "not told one by one", found.data.more ?? 1);
    } else if (kind === "ledger.read") {
      const found = read.safeParse(body);
      if (found.success) this.#reads.add(`${found.data.principal}: ${found.data.what}`);
    }
  }

  report(): EventsReport {
    return {
      changes: this.#lists.changes.listing(),
      access: this.#lists.access.listing(),
      erasures: this.#lists.erasures.listing(),
      running: this.#lists.running.listing(),
      refused: this.#refused.rows(),
      reads: this.#reads.rows(),
    };
  }
}

function whatOf(body: ReportedEntry["body"]): string {
  if (body === null) return "erased";
  const ranges = erased.safeParse(body);
  const which = ranges.success
    ? [`entries ${ranges.data.entries.map(([from, to]) => `${from}..${to}`).join(" ")}`]
    : [];
  const said = told.flatMap((name) => (typeof body[name] === "string" ? [`${name} ${body[name]}`] : []));
  return [...which, ...said].join(", ");
}
