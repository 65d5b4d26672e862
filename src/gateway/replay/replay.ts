import { z } from "zod";
import { recordedCall, type RecordedCall } from "../../shared/ledger.ts";
import type { LedgerSource, SourceEntry } from "../audit/ledger-source.ts";
import { classOf, subscribedTo } from "../mcp/methods.ts";
import type { Effect, Policy, Subject } from "../policy/policy.ts";
import type { Replayed } from "../policy/replay.ts";
import { recordedSubject, type RecordedSubject } from "./recorded-subject.ts";
import { parsed, References } from "./references.ts";
import { Tally, type Verdict } from "./tally.ts";

/** A call that was read, for the report. */
export interface ReplayedCall {
  readonly seq: number;
  readonly atMs: number;
  /** Null where the entry could not be read. */
  readonly call: RecordedCall | null;
}

const leaf = z.object({ seq: z.number(), atMs: z.number(), kind: z.string() });

/**
 * What these rules would have done to the calls that a ledger has since then, by the gateway's clock. It is read once, in its
 * order; `onEntry` hears how many entries were read. Whether the ledger is whole is not checked here.
 */
export async function replayLedger(
  source: LedgerSource,
  policy: Policy,
  sinceMs: number,
  onEntry: (read: number) => void,
): Promise<Tally> {
  const references = new References();
  const tally = new Tally();
  let read = 0;
  for await (const entry of source.entries()) {
    onEntry((read += 1));
    if (entry.readable) replayEntry(entry, { policy, sinceMs, references, tally });
    else tally.unreadable += 1;
  }
  return tally;
}

interface Replay {
  readonly policy: Policy;
  readonly sinceMs: number;
  readonly references: References;
  readonly tally: Tally;
}

function replayEntry({ leaf: text, body }: SourceEntry, { policy, sinceMs, references, tally }: Replay): void {
  const facts = leaf.safeParse(parsed(text));
  if (!facts.success) {
    tally.unreadable += 1;
    return;
  }
  const { seq, atMs, kind } = facts.data;
  if (body !== null) references.note(kind, body);
  if ((kind !== "call.request" && kind !== "call.refused") || atMs < sinceMs) return;
  if (body === null) return tally.add({ seq, atMs, call: null }, unknown("its entry was erased"));
  const call = recordedCall.safeParse(parsed(body));
  if (!call.success) return tally.add({ seq, atMs, call: null }, unknown("its entry can't be read"));
  tally.add({ seq, atMs, call: call.data }, verdictOf(call.data, kind === "call.request", atMs, policy, references));
}

function unknown(why: string): Verdict {
  return { is: "undecidable", rule: null, why };
}

function verdictOf(call: RecordedCall, passed: boolean, atMs: number, policy: Policy, references: References): Verdict {
  const subscription = call.method === "subscriptions/listen";
  // A subscription that the rules let through is recorded as the protocol's own.
  if (call.effect === "protocol" && !(subscription && passed)) return { is: "unjudged" };
  const reached = subscription ? subscriptions(call) : called(call);
  if (typeof reached === "string") return unknown(reached);
  if (reached.length === 0) return { is: "unjudged" };
  const before = { effect: effectOf(call.effect), rule: call.rule?.name ?? null };
  let last: Replayed | null = null;
  for (const { kind, name } of reached) {
    last = replayOne(recordedSubject(call, kind, name, atMs, references), policy);
    // As at the gateway, the first resource that is not allowed ends it.
    if (!last.decided || last.effect.effect !== "allow") break;
  }
  if (last === null || !last.decided) return { is: "undecidable", rule: last?.rule ?? null, why: last?.why ?? "" };
  const { effect, rule } = last.effect;
  return {
    is: "decided",
    before,
    after: { effect, rule: subscription && effect === "allow" ? null : (rule?.name ?? null) },
  };
}

/** A grant ran what the rules hold; of the protocol's own only subscriptions come here, which were let through. */
function effectOf(recorded: RecordedCall["effect"]): Effect["effect"] {
  if (recorded === "protocol") return "allow";
  return recorded === "approve+grant" ? "approve" : recorded;
}

function replayOne({ subject, veil }: RecordedSubject, policy: Policy): Replayed {
  const known = new Set(veil.unknown.map(({ path }) => path.slice(0, 2).join(".")));
  // Where no rule could let the call through, the gateway doesn't ask what the tool is.
  const asked = known.has("name") || known.has("principal.groups") || policy.mayUse(subject);
  const unasked = { ...veil, unknown: veil.unknown.filter(({ path }) => path[0] !== "tool") };
  if (!asked) return replayOf({ subject: { ...subject, tool: null }, veil: unasked }, policy);
  return replayOf({ subject, veil }, policy);
}

function replayOf({ subject, veil }: RecordedSubject, policy: Policy): Replayed {
  if (veil.unknown.length === 0) return { decided: true, effect: policy.decide(subject) };
  return policy.replay(subject, veil);
}

type Reached = readonly { readonly kind: Subject["kind"]; readonly name: string }[];

function called({ method, params, era, name }: RecordedCall): Reached | string {
  const found = classOf(method, params, era);
  if (found.kind !== "call") return "its method is not one that rules judge today";
  return name === null ? "what it called is not recorded" : [{ kind: found.reaches, name }];
}

function subscriptions({ params, hidden }: RecordedCall): Reached | string {
  // Deeper than this it is an address of which a part is masked.
  const vague = hidden.some(({ path }) => path[0] === "notifications" && path.length < 3);
  return vague ? "what it subscribes to was masked" : subscribedTo(params).map((name) => ({ kind: "resource", name }));
}
