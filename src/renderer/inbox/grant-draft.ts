import type { ApprovalView } from "../../shared/approval.ts";
import type { ConstraintKind, GrantOffer } from "../../shared/grant-offer.ts";
import { fallsUnder, prefixFault } from "../../shared/grant-prefix.ts";
import type { GrantWish } from "../../shared/grant.ts";
import { isJsonObject } from "../../shared/json.ts";

/** How one argument of later calls is to be bound; `prefix` counts for that constraint alone. */
export interface Bound {
  readonly argument: string;
  readonly constraint: ConstraintKind;
  readonly prefix: string;
}

/** A grant as it is being written. `mostUses` is what stands in its field. */
export interface GrantDraft {
  readonly lastsMs: number;
  readonly mostUses: string;
  readonly bounds: readonly Bound[];
}

const hourMs = 3_600_000;
const usualMs = [hourMs / 4, hourMs, 4 * hourMs, 8 * hourMs, 24 * hourMs, 7 * 24 * hourMs];
const firstUses = 10;

/** What the offer lets nobody exceed, bound as tightly as it goes. */
export function firstDraft(offer: GrantOffer, approval: ApprovalView): GrantDraft {
  return {
    lastsMs: lengthsOf(offer).findLast((each) => each <= hourMs) ?? offer.longestMs,
    mostUses: String(Math.min(firstUses, offer.mostUses)),
    bounds: offer.arguments.map(({ name }) => ({
      argument: name,
      constraint: constraintsOf(offer, name)[0] ?? "equal",
      prefix: likelyPrefix(shownText(approval, name)),
    })),
  };
}

/** Lengths to choose from, in milliseconds, the longest that is permitted last. */
export function lengthsOf({ longestMs }: GrantOffer): readonly number[] {
  return [...usualMs.filter((each) => each < longestMs), longestMs];
}

/** How this argument may be bound, from the tightest. */
export function constraintsOf(offer: GrantOffer, argument: string): readonly ConstraintKind[] {
  const isPlain = offer.arguments.some(({ name, plain }) => name === argument && plain);
  const kinds = ["equal", "prefix", "any"] as const;
  return kinds.filter((kind) => offer.constraints.includes(kind) && (kind !== "prefix" || isPlain));
}

/** What stands against signing this draft, or null; the gateway judges by the same words. */
export function faultIn(draft: GrantDraft, offer: GrantOffer, approval: ApprovalView): "uses" | "prefix" | null {
  const uses = Number(draft.mostUses);
  if (!/^\d+$/.test(draft.mostUses) || uses < 1 || uses > offer.mostUses) return "uses";
  return draft.bounds.every((bound) => isBoundWell(bound, approval)) ? null : "prefix";
}

/** Whether a prefix binds safely, and the call that is being approved falls under it. */
export function isBoundWell({ argument, constraint, prefix }: Bound, approval: ApprovalView): boolean {
  if (constraint !== "prefix") return true;
  return prefix !== "" && prefixFault(prefix) === null && fallsUnder(prefix, shownText(approval, argument));
}

/** The draft as it is signed: an argument that is not named is bound to its value. */
export function wishOf({ lastsMs, mostUses, bounds }: GrantDraft): GrantWish {
  return {
    lastsMs,
    mostUses: Number(mostUses),
    constraints: bounds.flatMap(({ argument, constraint, prefix }): GrantWish["constraints"] => {
      if (constraint === "equal") return [];
      return constraint === "prefix" ? [{ argument, constraint, prefix }] : [{ argument, constraint }];
    }),
  };
}

function shownText({ payload }: ApprovalView, argument: string): string {
  const shown = isJsonObject(payload.arguments) ? payload.arguments[argument] : undefined;
  return typeof shown === "string" ? shown : "";
}

/** Up to the last separator with something after it. */
function likelyPrefix(shown: string): string {
  return /^[\s\S]*[/\\:](?=.)/.exec(shown)?.[0] ?? "";
}
