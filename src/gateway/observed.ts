import type { Json, JsonObject } from "../shared/json.ts";
import type { EntryKind } from "../shared/entry-kind.ts";
import { DiskWatch } from "./disk-watch.ts";
import { followerGauges, type FollowerReadings } from "./follower-gauges.ts";
import type { Log } from "./log.ts";
import { Counter, exposition, Gauge, Histogram, type Family } from "./metrics.ts";
import type { Store, Writes } from "./store/store.ts";

/** What is read when the metrics are asked for. */
export interface Readings extends FollowerReadings {
  readonly sessions: () => number;
  readonly streams: () => number;
  readonly underWay: () => number;
  /** Of the data folder's disk. */
  readonly freeBytes: () => number;
}

/** More calls without an answer's entry than this can only be ones whose answer failed: the oldest are forgotten. */
const mostOpen = 100_000;

/**
 * The gateway's counts (`GET /metrics`). They are taken from what became durable in the ledger, so that the two can't disagree:
 * kinds, effects, outcomes, codes and connections' names, never a payload or a principal.
 */
export class Observed {
  readonly #calls = new Counter({ name: "countersign_calls_total", help: "Calls by connection, effect and outcome." });
  readonly #durations = new Histogram({
    name: "countersign_call_duration_seconds",
    help: "From a call's recorded request to its recorded answer; held ones with their wait.",
  });
  readonly #decisions = new Counter({
    name: "countersign_approvals_total",
    help: "Changes of approvals by the state they came to.",
  });
  readonly #refusals = new Counter({ name: "countersign_refusals_total", help: "Refused requests by code." });
  readonly #commits = new Histogram({
    name: "countersign_commit_duration_seconds",
    help: "From a write's request until it was durable.",
  });
  readonly #entries = new Counter({ name: "countersign_ledger_entries_total", help: "Ledger entries by kind." });
  readonly #open = new Map<string, { readonly connection: string; readonly effect: string; readonly atMs: number }>();
  readonly #pending = new Set<string>();
  readonly #disk: DiskWatch;

  constructor(log: Log) {
    this.#disk = new DiskWatch(log);
  }

  /** The same store, watched. */
  watch(store: Store): Store {
    for (const { id } of store.approvals.inState("pending")) this.#pending.add(id);
    return {
      ...store,
      commit: (work, when) => this.#commit(store, work, when),
      prepare: (body) => this.#disk.tried(store.prepare(body)),
      probe: () => this.#disk.watched(store.probe()),
    };
  }

  refused(code: string): void {
    this.#refusals.add({ code });
  }

  /** What the last write came upon. */
  get disk(): Pick<DiskWatch, "full" | "lastDurableMs"> {
    return this.#disk;
  }

  /** The Prometheus text. */
  text({ sessions, streams, underWay, freeBytes, ...followers }: Readings): string {
    return exposition([
      this.#calls,
      this.#durations,
      gauge("countersign_requests_under_way", "HTTP requests that have no whole answer yet.", underWay),
      gauge("countersign_holds_pending", "Approvals that wait for a decision.", () => this.#pending.size),
      this.#decisions,
      this.#refusals,
      this.#commits,
      this.#disk.failures,
      this.#entries,
      gauge("countersign_disk_full", "1 where the last write found no room.", () => (this.#disk.full ? 1 : 0)),
      gauge("countersign_data_free_bytes", "What can still be written in the data folder.", freeBytes),
      gauge("countersign_sessions_open", "Open MCP conversations.", sessions),
      gauge("countersign_approval_streams_open", "Connected approvers and requesters.", streams),
      ...followerGauges(followers),
      gauge("process_resident_memory_bytes", "Resident memory.", () => process.memoryUsage.rss()),
      gauge("process_start_time_seconds", "When the process began.", () => Date.now() / 1000 - process.uptime()),
      gauge("process_cpu_seconds", "CPU time so far.", cpuSeconds),
    ]);
  }

  async #commit<T>(store: Store, work: (writes: Writes) => T, when?: "now" | "soon"): Promise<T> {
    const startedMs = performance.now();
    const entries: [EntryKind, JsonObject][] = [];
    const watched = (writes: Writes): T => {
      const append: Writes["append"] = (kind, body) => {
        writes.append(kind, body);
        entries.push([kind, body]);
      };
      return work({ ...writes, append });
    };
    const value = await this.#disk.tried(store.commit(watched, when));
    // A work that changed nothing is no sign that anything can be written.
    if (entries.length > 0) this.#disk.written();
    this.#commits.observe({}, performance.now() - startedMs);
    for (const [kind, body] of entries) this.#entry(kind, body);
    return value;
  }

  #entry(kind: EntryKind, body: JsonObject): void {
    this.#entries.add({ kind });
    switch (kind) {
      case "call.request":
        this.#begin(body);
        return;
      case "call.response":
        this.#end(body);
        return;
      case "call.refused":
        this.#calls.add({ connection: word(body.connection), effect: word(body.effect), outcome: "refused" });
        return;
      case "decision.refused":
        this.refused(word(body.code));
        return;
      default:
        if (kind.startsWith("approval.")) this.#approval(kind.slice("approval.".length), word(body.approval));
    }
  }

  #begin({ call, connection, effect }: JsonObject): void {
    const oldest = this.#open.size >= mostOpen ? this.#open.keys().next() : null;
    if (oldest !== null && oldest.done !== true) this.#open.delete(oldest.value);
    this.#open.set(word(call), { connection: word(connection), effect: word(effect), atMs: performance.now() });
  }

  #end({ call, outcome }: JsonObject): void {
    const begun = this.#open.get(word(call));
    if (begun === undefined) return;
    this.#open.delete(word(call));
    const { connection, effect, atMs } = begun;
    this.#calls.add({ connection, effect, outcome: word(outcome) });
    this.#durations.observe({ connection, effect }, performance.now() - atMs);
  }

  #approval(state: string, id: string): void {
    this.#decisions.add({ state });
    if (state === "pending") this.#pending.add(id);
    else this.#pending.delete(id);
  }
}

function gauge(name: string, help: string, read: () => number): Family {
  return new Gauge({ name, help }, read);
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function word(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}
