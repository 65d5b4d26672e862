import { createHash } from "node:crypto";
import { CountersignError } from "../../shared/errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../../shared/json.ts";
import {
  TargetError,
  type ProtocolHeaders,
  type RpcMessage,
  type Target,
  type TargetSession,
} from "../../shared/target.ts";
import type { ToolView } from "../../shared/tool.ts";
import type { Connection } from "../runtime.ts";
import type { Store, Writes } from "../store/store.ts";
import { ShownTools } from "./shown-tools.ts";
import { declared, declaredTool, type DeclaredTool } from "./catalogue.ts";

/** How long a declaration is believed unasked. */
const freshMs = 5 * 60_000;
/** Of one connection; a server that lists more begins anew. */
const mostKept = 10_000;

interface Kept {
  readonly tool: DeclaredTool;
  readonly atMs: number;
}

/**
 * What targets last declared, and which of it is accepted: a tool's first sight is recorded, and one that changed since is refused
 * until an administrator accepts it.
 */
export class KnownTools {
  readonly #store: Store;
  readonly #now: () => number;
  /** By target, as a reload may put another one behind a name. */
  readonly #targets = new WeakMap<Target, Map<string, Kept>>();
  readonly #asked = new WeakMap<Target, Map<string, Promise<DeclaredTool | null>>>();

  /** Accepted fingerprints as the store has them, by connection and masked name: every call asks. */
  readonly #recorded = new Map<string, string>();

  readonly #shown = new ShownTools();

  constructor(store: Store, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  /** The tool as last declared, without asking. */
  known({ target }: Connection, name: string): DeclaredTool | null {
    return this.#targets.get(target)?.get(name)?.tool ?? null;
  }

  /** The tool as declared within the last five minutes and since the target said that its list changed. Throws TargetError. */
  async current(
    connection: Connection,
    name: string,
    session: TargetSession,
    like: () => JsonObject,
    headers: ProtocolHeaders,
  ): Promise<DeclaredTool | null> {
    const { target, timeoutMs } = connection;
    const kept = this.#targets.get(target)?.get(name);
    if (kept !== undefined && this.#now() - kept.atMs < freshMs) return kept.tool;
    const asked = this.#asked.get(target) ?? new Map<string, Promise<DeclaredTool | null>>();
    this.#asked.set(target, asked);
    const underWay = asked.get(name);
    // Another caller's target may refuse that one, or list it less: only what it found serves everybody.
    if (underWay !== undefined && (await underWay.catch(() => null)) !== null) return this.known(connection, name);
    const learn = (result: JsonObject): Promise<void> => this.learn(connection, result);
    const answer = declaredTool(session, name, like(), headers, AbortSignal.timeout(timeoutMs), learn);
    if (underWay === undefined) asked.set(name, answer);
    try {
      // The page is learnt whole, with what else it says of this name.
      return (await answer) === null ? null : this.known(connection, name);
    } finally {
      if (asked.get(name) === answer) asked.delete(name);
    }
  }

  /** Keeps what one answer to `tools/list` declares, and to which principal it passes, if to any; resolves once each first sight is recorded. Throws CountersignError `store_failed`. */
  async learn(connection: Connection, result: Json | undefined, shownTo?: string): Promise<void> {
    const tools = declarations(result);
    if (tools.size === 0) return;
    const unseen = [...tools.values()].filter((tool) => this.#accepted(connection, tool.name) === undefined);
    if (unseen.length > 0) {
      await this.#store.commit((writes) => {
        for (const tool of unseen) recordFirstSight(writes, connection, tool);
      });
    }
    // Only now: a call that believed a tool whose first sight isn't recorded yet would find it changed.
    const kept = this.#targets.get(connection.target) ?? new Map<string, Kept>();
    this.#targets.set(connection.target, kept);
    if (kept.size > mostKept) kept.clear();
    for (const [name, tool] of tools) {
      kept.set(name, { tool, atMs: this.#now() });
      if (shownTo !== undefined) this.#shown.note(connection.target, shownTo, tool, this.#accepted(connection, name));
    }
  }

  /** Notices that a target says its list has changed: what is known of it counts as old. */
  hear({ target }: Connection, message: RpcMessage): void {
    if (message.method === "notifications/tools/list_changed") this.#targets.delete(target);
  }

  /** Whether the tool is declared, and was last shown to this principal, as it was when it was first seen or last accepted. */
  isAccepted(connection: Connection, tool: DeclaredTool, principal: string): boolean {
    const accepted = this.#accepted(connection, tool.name);
    const shown = this.#shown.of(connection.target, principal, tool.name) ?? tool;
    return tool.fingerprint === accepted && shown.fingerprint === accepted;
  }

  /** Whether a tool of this name was seen declared at some time. */
  wasSeen(connection: Connection, name: string): boolean {
    return this.#accepted(connection, name) !== undefined;
  }

  /** What is known of a connection's tools, for administrators: all that is the server's is masked. */
  list(connection: Connection): readonly ToolView[] {
    const known = new Map([...(this.#targets.get(connection.target) ?? [])].map(([name, { tool }]) => [name, tool]));
    for (const tool of this.#shown.all(connection.target))
      if (tool.fingerprint !== this.#accepted(connection, tool.name)) known.set(tool.name, tool);
    return [...known.values()].map((tool) => ({
      connection: connection.name,
      tool: connection.masker.mask(tool.name).value,
      description: tool.description === null ? null : connection.masker.mask(tool.description).value,
      fingerprint: tool.fingerprint,
      accepted: this.#accepted(connection, tool.name) ?? tool.fingerprint,
    }));
  }

  /** Accepts a tool as it is declared now, and records who did. Throws CountersignError `not_found`, or `digest_mismatch` where it changed once more. */
  async accept(
    connection: Connection,
    tool: string,
    fingerprint: string,
    who: { readonly by: string; readonly device: string | null; readonly address: string },
  ): Promise<void> {
    const view = this.list(connection).find((each) => each.tool === tool);
    if (view === undefined)
      throw new CountersignError("not_found", "No tool of this name was seen on this connection.");
    if (view.fingerprint !== fingerprint) {
      throw new CountersignError("digest_mismatch", "The tool has changed once more. List the tools again.");
    }
    await this.#store.commit((writes) => {
      const before = writes.tools.fingerprint(connection.name, tool) ?? null;
      writes.tools.put(connection.name, tool, fingerprint);
      writes.append("tool.accepted", { connection: connection.name, tool, fingerprint, before, ...who });
    });
    this.#recorded.clear();
  }

  #accepted({ name, masker }: Connection, tool: string): string | undefined {
    const masked = masker.mask(tool).value;
    const key = `${name} ${masked}`;
    const known = this.#recorded.get(key) ?? this.#store.tools.fingerprint(name, masked);
    if (known !== undefined) this.#recorded.set(key, known);
    if (this.#recorded.size > mostKept) this.#recorded.clear();
    return known;
  }
}

function recordFirstSight(writes: Writes, { name, masker }: Connection, tool: DeclaredTool): void {
  const masked = masker.mask(tool.name).value;
  if (writes.tools.fingerprint(name, masked) !== undefined) return;
  writes.tools.put(name, masked, tool.fingerprint);
  writes.append("tool.seen", { connection: name, tool: masked, fingerprint: tool.fingerprint });
}

/** The tools of one page. Throws TargetError `protocol` for a page without measure. A name that is declared twice has both declarations in its fingerprint, as a client may take either. */
function declarations(result: Json | undefined): Map<string, DeclaredTool> {
  const found = new Map<string, DeclaredTool>();
  const listed = isJsonObject(result) && Array.isArray(result.tools) ? (result.tools as readonly Json[]) : [];
  // Each first sight is an entry of the ledger.
  if (listed.length > mostKept) throw new TargetError("protocol", "The target lists more tools than can be kept.");
  for (const each of listed) {
    if (!isJsonObject(each) || typeof each.name !== "string") continue;
    const tool = declared(each.name, each);
    const other = found.get(tool.name);
    found.set(
      tool.name,
      other === undefined ? tool : { ...tool, fingerprint: both(other.fingerprint, tool.fingerprint) },
    );
  }
  return found;
}

function both(one: string, two: string): string {
  return one === two ? one : createHash("sha256").update(`${one} ${two}`).digest("base64url");
}
