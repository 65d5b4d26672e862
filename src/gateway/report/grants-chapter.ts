import { z } from "zod";
import { Listed, type Chapter, type Listing, type ReportedEntry } from "./chapter.ts";

export interface GrantLine {
  readonly grant: string;
  readonly entry: number;
  readonly principal: string;
  readonly tool: string;
  readonly connection: string;
  readonly by: string;
  readonly endsAtMs: number;
}

export interface GrantsReport {
  readonly created: Listing<GrantLine>;
  readonly used: number;
  readonly revoked: number;
  /** In force at the period's end. */
  readonly standing: number;
  /** Of those, the ones that no call used in the period. */
  readonly dormant: Listing<GrantLine>;
}

const created = z.object({
  grant: z.string(),
  principal: z.string(),
  tool: z.string(),
  connection: z.string(),
  by: z.string(),
  endsAtMs: z.number(),
});
const named = z.object({ grant: z.string() });

/** Grants: what may run without being held, and what of it nobody needs (CC6.3). */
export class GrantsChapter implements Chapter {
  readonly #standing = new Map<string, GrantLine>();
  readonly #created = new Listed<GrantLine>();
  readonly #usedIn = new Set<string>();
  #used = 0;
  #revoked = 0;

  take({ kind, body, isWithin, seq }: ReportedEntry): void {
    if (kind === "grant.created") {
      const grant = created.safeParse(body);
      if (!grant.success) return;
      const line = { ...grant.data, entry: seq };
      this.#standing.set(line.grant, line);
      if (isWithin) this.#created.add(line);
      return;
    }
    if (!kind.startsWith("grant.")) return;
    const about = named.safeParse(body);
    if (!about.success) return;
    if (kind === "grant.used") {
      if (!isWithin) return;
      this.#used += 1;
      this.#usedIn.add(about.data.grant);
      return;
    }
    if (kind === "grant.revoked" && isWithin) this.#revoked += 1;
    this.#standing.delete(about.data.grant);
  }

  report(toMs: number): GrantsReport {
    const standing = [...this.#standing.values()].filter(({ endsAtMs }) => endsAtMs > toMs);
    const dormant = new Listed<GrantLine>();
    for (const grant of standing) if (!this.#usedIn.has(grant.grant)) dormant.add(grant);
    return {
      created: this.#created.listing(),
      used: this.#used,
      revoked: this.#revoked,
      standing: standing.length,
      dormant: dormant.listing(),
    };
  }
}
