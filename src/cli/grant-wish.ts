import { durationText } from "../gateway/policy/limits-text.ts";
import type { GrantOffer } from "../shared/grant-offer.ts";
import { CountersignError } from "../shared/errors.ts";
import type { GrantWish } from "../shared/grant.ts";

/** What `approvals approve` was told of a grant. */
export interface GrantOptions {
  readonly for?: string;
  readonly uses?: string;
  readonly prefix?: readonly string[];
  readonly any?: readonly string[];
}

/** The wish that these options say, or null without `--for`; `mostUses` null is as many as the rule permits. Throws CountersignError `usage`. */
export function wishOf(
  options: GrantOptions,
): (Omit<GrantWish, "mostUses"> & { readonly mostUses: number | null }) | null {
  const { uses, prefix = [], any = [] } = options;
  if (options.for === undefined) {
    if (uses === undefined && prefix.length === 0 && any.length === 0) return null;
    throw new CountersignError("usage", "--uses, --prefix and --any say more of a grant: add --for TIME.");
  }
  const constraints: GrantWish["constraints"] = [
    ...prefix.map(prefixOf),
    ...any.map((argument) => ({ argument, constraint: "any" as const })),
  ];
  if (new Set(constraints.map(({ argument }) => argument)).size !== constraints.length)
    throw new CountersignError("usage", "An argument is named twice by --prefix or --any.");
  return { lastsMs: lengthOf(options.for), mostUses: uses === undefined ? null : countOf(uses), constraints };
}

/** In words what is about to be granted, for the person who signs it. */
export function wishLines(wish: GrantWish, offer: GrantOffer | null): readonly string[] {
  const named = new Map(wish.constraints.map((constraint) => [constraint.argument, constraint]));
  const names = new Set([...(offer?.arguments ?? []).map(({ name }) => name), ...named.keys()]);
  const lines = [...names].map((name) => {
    const constraint = named.get(name);
    if (constraint === undefined) return `  ${JSON.stringify(name)} as shown above`;
    if (constraint.constraint === "any") return `  ${JSON.stringify(name)} anything`;
    return `  ${JSON.stringify(name)} begins with ${JSON.stringify(constraint.prefix)}`;
  });
  const calls = wish.mostUses === 1 ? "later call" : "later calls";
  return [`Grant      at most ${wish.mostUses} ${calls} within ${durationText(wish.lastsMs)}, each with`, ...lines];
}

function prefixOf(text: string): GrantWish["constraints"][number] {
  const at = text.indexOf("=");
  if (at < 1 || at === text.length - 1)
    throw new CountersignError("usage", "--prefix wants ARG=VALUE: an argument's name and what its value begins with.");
  return { argument: text.slice(0, at), constraint: "prefix", prefix: text.slice(at + 1) };
}

const units = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

function lengthOf(text: string): number {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (count === undefined || (unit !== "s" && unit !== "m" && unit !== "h" && unit !== "d") || Number(count) === 0)
    throw new CountersignError("usage", "--for wants a time such as 30m, 8h or 1d.");
  return Number(count) * units[unit];
}

function countOf(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new CountersignError("usage", "--uses wants a number of calls.");
  return Number(text);
}
