import { z } from "zod";
import { approvalContext } from "../shared/approval-context.ts";
import { activity } from "../shared/audit-activity.ts";
import { auditEntry } from "../shared/audit-entry.ts";
import { auditPage } from "../shared/audit-search.ts";
import { approvalView } from "../shared/approval.ts";
import {
  bridgeCalls,
  desktopBridgeCalls,
  stateBridgeCalls,
  type BridgeMethods,
  type ConsoleBridge,
  type DesktopBridge,
  type PreloadBridge,
  type StateBridge,
} from "../shared/bridge.ts";
import { sessionPart, sessionsPage } from "../shared/audit-sessions.ts";
import { failure, pageName, pagePart, sessionMoment, signedOut, type ConsoleState } from "../shared/console.ts";
import { exported, type ConsoleCall, type ConsoleOutput } from "../shared/console-calls.ts";
import type { DesktopCall, DesktopOutput } from "../shared/desktop.ts";
import type { Result } from "../shared/errors.ts";
import { grantView } from "../shared/grant.ts";
import { historyDetail, historyFigures, historyPage } from "../shared/history.ts";
import { proposalView, removalView } from "../shared/profiles.ts";
import { setupChange, setupView } from "../shared/setup.ts";
import { wholeState, type StateCall, type StateOutput } from "../shared/state-push.ts";
import { Channel } from "./channel.ts";
import { FollowedState } from "./followed-state.ts";

declare global {
  interface Window {
    /** Put there by the preload; absent in a browser. */
    readonly countersign?: PreloadBridge;
  }
}

/** Whether the owner of the profile is reached: `lost` is being mended, `ended` is for good. */
export type Link = "open" | "lost" | "ended";

/** The console's one way out, over IPC or over loopback alike: what comes in is parsed, what goes out is named. */
export interface LinkedBridge extends ConsoleBridge {
  onLink(listener: (link: Link) => void): () => void;
}

export const showEvent = z.object({
  approval: z.string().nullable(),
  page: pageName.optional(),
  part: pagePart.optional(),
  gateway: z.string().max(300).optional(),
  moment: sessionMoment.optional(),
});

type Call = ConsoleCall | DesktopCall | StateCall;
type Output<C extends Call> = (ConsoleOutput & DesktopOutput & StateOutput)[C];

const nothing = z.null();
const outputs: { readonly [C in Call]: z.ZodType<Output<C>> } = {
  "session.signIn": nothing,
  "session.signInByCode": nothing,
  "session.cancelSignIn": nothing,
  "session.signOut": signedOut,
  "session.declineSignIn": nothing,
  "gateway.retry": nothing,
  "approvals.decide": approvalView,
  "approvals.context": approvalContext,
  "approvals.withdraw": approvalView,
  "approvals.look": nothing,
  "history.list": historyPage,
  "history.figures": historyFigures,
  "history.show": historyDetail,
  "history.export": exported,
  "sessions.list": sessionsPage,
  "sessions.show": sessionPart,
  "sessions.export": exported,
  "audit.search": auditPage,
  "audit.entry": auditEntry,
  "audit.activity": activity,
  "audit.export": exported,
  "grants.list": z.array(grantView),
  "grants.revoke": grantView,
  "tunnel.open": nothing,
  "devices.remove": nothing,
  "devices.acknowledge": nothing,
  "devices.confirm": nothing,
  "tunnel.pause": nothing,
  "tunnel.resume": nothing,
  "clients.remove": nothing,
  "setup.list": z.array(setupView),
  "setup.plan": z.array(setupChange),
  "setup.apply": z.array(setupChange),
  "connections.copyAddress": z.object({ copied: z.boolean(), url: z.string() }),
  "state.whole": wholeState,
  "desktop.set": nothing,
  "desktop.testNotification": nothing,
  "desktop.dropDecision": nothing,
  "desktop.quit": nothing,
  "profiles.propose": proposalView,
  "profiles.add": nothing,
  "profiles.use": nothing,
  "profiles.rename": nothing,
  "profiles.removal": removalView,
  "profiles.remove": nothing,
};

/** Sends one call and resolves to the raw answer; rejects only where there can be none. */
export type Ask = (call: string, input: object) => Promise<unknown>;

/** The named calls over any transport; an answer that does not parse is a failure, never a value. */
export function callsOver(ask: Ask): BridgeMethods {
  return methods(bridgeCalls, (_method, call, input) => ask(call, input)) as BridgeMethods;
}

/** The same for the state itself. */
export function stateCallsOver(ask: Ask): StateBridge {
  return methods(stateBridgeCalls, (_method, call, input) => ask(call, input)) as StateBridge;
}

type Send<M extends string> = (method: M, call: Call, input: object) => Promise<unknown>;

/** One method for each name of the table; their types are the table's (shared/bridge.ts). */
function methods<M extends string>(calls: Readonly<Record<M, Call>>, send: Send<M>): object {
  const named = (Object.entries(calls) as [M, Call][]).map(([method, call]) => {
    return [method, (input: object = {}) => answer(call, () => send(method, call, input))] as const;
  });
  return Object.fromEntries(named);
}

async function answer<C extends Call>(call: C, ask: () => Promise<unknown>): Promise<Result<Output<C>>> {
  try {
    const raw = z
      .object({ ok: z.boolean() })
      .loose()
      .parse(await ask());
    if (!raw.ok) return { ok: false, error: failure.parse(raw["error"]) };
    return { ok: true, value: outputs[call].parse(raw["value"]) };
  } catch {
    return { ok: false, error: { code: "transient", message: "The answer did not arrive or cannot be read." } };
  }
}

/** The bridge that the preload offers. A state that cannot be read ends the link: an older one must not pass for today's. */
export function bridgeOverPreload(preload: PreloadBridge): LinkedBridge {
  const links = new Channel<Link>("open");
  const states = new Channel<ConsoleState>();
  const { desktop } = preload;
  const followed = new FollowedState({
    ask: stateCallsOver(() => preload.wholeState()).wholeState,
    tell: (state) => states.tell(state),
    fail: () => links.tell("ended"),
    lose: () => links.tell("ended"),
  });
  preload.onState((push) => followed.take(push));
  return {
    ...(methods(bridgeCalls, (method, _call, input) => preload[method](input as never)) as BridgeMethods),
    desktop: methods(desktopBridgeCalls, (name, _call, input) => desktop[name](input as never)) as DesktopBridge,
    onState: (listener) => states.listen(listener),
    onShow: (listener) =>
      preload.onShow((raw) => {
        const show = showEvent.safeParse(raw);
        if (show.success) listener(show.data);
      }),
    onLink: (listener) => links.listen(listener),
  };
}
