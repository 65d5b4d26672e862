import { createHash } from "node:crypto";
import { canonical, type JsonObject } from "../../shared/json.ts";
import type { Principal } from "../identity/principal.ts";
import type { Connection } from "../runtime.ts";
import type { Writes } from "../store/store.ts";
import type { DeclaredTool } from "./catalogue.ts";

/** Of states and declarations each. Who replays a ledger keeps twice as many, and so finds whatever a call refers to. */
export const mostSeen = 2000;

/** What the entries of calls refer to instead of repeating it. */
export interface Mention {
  readonly kind: "principal.seen" | "tool.declared";
  /** What the calls' entries hold. */
  readonly key: string;
  readonly body: () => JsonObject;
}

/** Knows which callers' states and tools' declarations this process has recorded; each is recorded before the first call that refers to it. */
export class Seen {
  readonly #recorded = { "principal.seen": new Set<string>(), "tool.declared": new Set<string>() };
  /** A verified token's principal is one object, so its digest is computed once. */
  readonly #states = new WeakMap<Principal, string>();

  /** A digest over all that rules may read of a principal. */
  state(principal: Principal): string {
    const known = this.#states.get(principal);
    if (known !== undefined) return known;
    const state = digest(facts(principal));
    this.#states.set(principal, state);
    return state;
  }

  principal(principal: Principal): Mention {
    const state = this.state(principal);
    return { kind: "principal.seen", key: state, body: () => ({ state, ...facts(principal) }) };
  }

  tool({ name, masker }: Connection, tool: DeclaredTool): Mention {
    return {
      kind: "tool.declared",
      key: `${name} ${tool.fingerprint}`,
      body: () => {
        const { value, hidden } = masker.mask(tool.annotations ?? {});
        return {
          connection: name,
          tool: masker.mask(tool.name).value,
          fingerprint: tool.fingerprint,
          annotations: tool.annotations === null ? null : value,
          hidden: hidden.map(({ path, kind }) => ({ path, kind })),
        };
      },
    };
  }

  /** Those that this process has not recorded. */
  missing(mentions: readonly Mention[]): readonly Mention[] {
    return mentions.filter(({ kind, key }) => !this.#recorded[kind].has(key));
  }

  /** What was recorded may be erased: all is recorded again before a call that refers to it. */
  forget(): void {
    for (const known of Object.values(this.#recorded)) known.clear();
  }

  append(writes: Writes, mentions: readonly Mention[]): void {
    for (const { kind, body } of mentions) writes.append(kind, body());
  }

  /** To be called once they are durable; until then another call records them again, which does no harm. */
  recorded(mentions: readonly Mention[]): void {
    for (const { kind, key } of mentions) {
      const known = this.#recorded[kind];
      if (known.size >= mostSeen) known.clear();
      known.add(key);
    }
  }
}

function facts({ id, kind, name, groups, issuer, roles, assurance, owner }: Principal): JsonObject {
  const known = { id, kind, name, groups, issuer, roles, assurance: assurance ?? null };
  return owner === undefined ? known : { ...known, owner };
}

function digest(value: JsonObject): string {
  return createHash("sha256").update(canonical(value)).digest("base64url").slice(0, 22);
}
