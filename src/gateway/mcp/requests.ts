import type { Effect } from "../policy/policy.ts";
import type { Exchange } from "./context.ts";
import { headerMismatchCode, invalidParamsCode, methodNotFoundCode } from "./classify.ts";
import { unjudgedHeader } from "./headers.ts";
import { goOn } from "./go-on.ts";
import { runGranted } from "./granted.ts";
import { plainlyLimited } from "./hold-limits.ts";
import { holdCall } from "./hold.ts";
import { underRule, withinLimits } from "./limited.ts";
import { finish, lifetime } from "./lifetime.ts";
import { filterList } from "./listing.ts";
import { classOf, subscribedTo, withoutMembers, type MethodClass } from "./methods.ts";
import { otherSpelling } from "./resource-address.ts";
import { goesOn } from "./open-inputs.ts";
import { recordAnswer } from "./record-answer.ts";
import { recordCall } from "./record-call.ts";
import { refuse } from "./refuse.ts";
import { newCallId, requestEntry, responseEntry, type Judged, type Request } from "./record.ts";
import { deniedByRule } from "./refusal.ts";
import type { RpcFailure } from "./rpc-failure.ts";
import { signInAsked } from "./sign-in-asked.ts";
import { withoutOwnState } from "./rounds.ts";
import { factsOf, run } from "./run.ts";
import { type CalledTool, calledTool, changedTool } from "./tool-check.ts";
import { subjectOf } from "./subject.ts";
import { holdsMaskMarks } from "../masking/marks.ts";

type Call = Extract<MethodClass, { kind: "call" }>;

/** Answers one request: the protocol's own methods pass, calls are judged, what is not known is refused (rule 1). */
export async function answerRequest(exchange: Exchange, request: Request): Promise<void> {
  const method = classOf(request.method, request.params, request.era);
  switch (method.kind) {
    case "unknown": {
      const failure = {
        code: methodNotFoundCode,
        message: "The gateway does not know this method, so it is not passed on.",
      };
      return refuse(exchange, request, null, null, failure, { status: request.era === "modern" ? 404 : 200 });
    }
    case "protocol": {
      const refused = refusedSubscription(exchange, request);
      if (refused !== null) return refuse(exchange, request, refused.uri, refused.judged, refused.failure);
      return pass(exchange, request, method);
    }
    case "list":
      return pass(exchange, request, method);
    case "call":
      return judge(exchange, request, method);
    default:
      return method satisfies never;
  }
}

async function judge(exchange: Exchange, request: Request, { reaches, name }: Call): Promise<void> {
  const { runtime, connection } = exchange;
  if (name === null) {
    return refuse(exchange, request, null, null, {
      code: invalidParamsCode,
      message: "The parameters don't name what is called.",
    });
  }
  const shapeless = withoutMembers(request.params);
  if (shapeless !== null) return refuse(exchange, request, name, null, { code: invalidParamsCode, message: shapeless });
  const unjudged = unjudgedHeader(exchange.headers, request.params);
  if (unjudged !== null) {
    const message = `The ${unjudged} header names a value that the arguments don't hold.`;
    return refuse(exchange, request, name, null, { code: headerMismatchCode, message }, { status: 400 });
  }
  if (holdsMaskMarks(request.params)) {
    const message = "The arguments hold a value that the gateway masked (••••). Fetch the real value from its source.";
    return refuse(exchange, request, name, null, { code: invalidParamsCode, message });
  }
  const spelling = reaches === "resource" ? otherSpelling(name) : null;
  if (spelling !== null) return refuse(exchange, request, name, null, misspelt(spelling));
  const subject = subjectOf(exchange, request, reaches, name);
  // A target is asked for nothing on behalf of a call that no rule could let through.
  const asks = reaches === "tool" && runtime.policy.mayUse(subject);
  const called: CalledTool = asks ? await calledTool(exchange, request, name) : { ok: true, tool: null };
  if (!called.ok) return refuse(exchange, request, name, null, called.failure);
  const effect = runtime.policy.decide({ ...subject, tool: called.tool });
  const judged = { effect, atMs: subject.nowMs, tool: asks ? called.tool : undefined };
  const changed =
    effect.effect === "deny" ? null : reaches === "tool" ? changedTool(exchange, name, called.tool) : null;
  if (changed !== null) return refuse(exchange, request, name, null, changed);
  const asked = effect.effect === "deny" ? null : signInAsked(exchange, request, effect, subject.nowMs);
  if (asked !== null) return refuse(exchange, request, name, judged, asked.failure, asked.manner);
  const refuseLimited = (failure: RpcFailure): Promise<void> => refuse(exchange, request, name, judged, failure);
  switch (effect.effect) {
    case "deny":
      return refuse(
        exchange,
        request,
        name,
        judged,
        deniedByRule(effect, `${request.method} of “${name}” on ${connection.name}`),
      );
    case "allow":
      return withinLimits(
        exchange,
        effect,
        () => allow(exchange, withoutOwnState(request), name, { ...judged, effect }),
        refuseLimited,
      );
    case "approve": {
      const held = { ...judged, effect };
      const { requestState: state } = request.params;
      if (request.era === "modern" && goesOn(state)) return goOn(exchange, request, state, name, reaches, held);
      if (await runGranted(exchange, request, name, reaches, held, refuseLimited)) return;
      const limited = plainlyLimited(exchange, request, name, effect);
      if (limited !== null) return refuseLimited(limited);
      return holdCall(exchange, request, name, reaches, held);
    }
    default:
      return effect satisfies never;
  }
}

/** What the rules say against a modern subscription to a resource's changes, or null. Subscriptions are not held: what needs approval is refused. */
function refusedSubscription(
  exchange: Exchange,
  request: Request,
): { readonly uri: string; readonly judged: Judged | null; readonly failure: RpcFailure } | null {
  const { runtime, connection } = exchange;
  const { method, params } = request;
  for (const uri of method === "subscriptions/listen" ? subscribedTo(params) : []) {
    const spelling = otherSpelling(uri);
    if (spelling !== null) return { uri, judged: null, failure: misspelt(spelling) };
    const subject = subjectOf(exchange, request, "resource", uri);
    const effect = runtime.policy.decide(subject);
    const judged = { effect, atMs: subject.nowMs, tool: undefined };
    if (effect.effect === "allow") {
      const asked = signInAsked(exchange, request, effect, subject.nowMs);
      if (asked === null) continue;
      return { uri, judged, failure: asked.failure };
    }
    const what = `a subscription to “${uri}” on ${connection.name}`;
    const { rule } = effect;
    return { uri, judged, failure: deniedByRule({ effect: "deny", rule, why: effect.why }, what) };
  }
  return null;
}

function misspelt(why: string): RpcFailure {
  return { code: invalidParamsCode, message: `The resource's address can't be judged as written: ${why}.` };
}

async function allow(
  exchange: Exchange,
  request: Request,
  name: string,
  judged: Judged & { readonly effect: Extract<Effect, { effect: "allow" }> },
): Promise<void> {
  const { gate, reply } = exchange;
  const call = newCallId();
  const { readOnly } = judged.effect;
  const entry = requestEntry(exchange, request, call, name, judged);
  const recorded = recordCall(exchange, "call.request", entry, judged, readOnly ? "soon" : "now");
  recorded.catch(() => undefined); // awaited below; it may fail before that
  if (!readOnly || gate.store.failing()) await recorded;
  const ran = await run(underRule(exchange, judged.effect), request, recorded, lifetime(exchange, request));
  const response = await responseEntry(call, ran.outcome, { ...factsOf(ran), whole: true, approval: null });
  await recordAnswer(gate, call, response, { entry, recorded });
  await finish(exchange, ran.sessionLost);
  reply.end({ message: ran.response, ...(ran.eventId === undefined ? {} : { eventId: ran.eventId }) }, ran.status);
}

/** A method of the protocol's own. Its entries may be written while it runs; nothing is answered before they are durable. */
async function pass(exchange: Exchange, request: Request, method: Exclude<MethodClass, Call>): Promise<void> {
  const { gate, reply, runtime, caller, connection } = exchange;
  const call = newCallId();
  const entry = requestEntry(exchange, request, call, null, null);
  const recorded = recordCall(exchange, "call.request", entry, null, "soon", (writes) => {
    if (request.method !== "initialize") return;
    const { session = null, principal = null } = entry;
    writes.append("session.opened", { session, principal, connection: connection.name });
  });
  recorded.catch(() => undefined); // awaited below; it may fail before that
  if (gate.store.failing()) await recorded;
  const ran = await run(exchange, request, recorded, lifetime(exchange, request));
  const response =
    method.kind === "list"
      ? filterList(ran.response, method.of, runtime.policy, caller.principal, connection.name)
      : ran.response;
  const ended = await responseEntry(call, ran.outcome, { ...factsOf(ran), response, whole: false, approval: null });
  await recordAnswer(gate, call, ended, { entry, recorded });
  await finish(exchange, ran.sessionLost || (request.method === "initialize" && ran.outcome !== "ok"));
  reply.end({ message: response, ...(ran.eventId === undefined ? {} : { eventId: ran.eventId }) }, ran.status);
}
