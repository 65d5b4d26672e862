import { z } from "zod";
import { approvalView } from "../shared/approval.ts";
import {
  consoleState,
  failure,
  type ConsoleBridge,
  type ConsoleCall,
  type ConsoleInput,
  type ConsoleOutput,
  type ConsoleState,
} from "../shared/console.ts";
import type { Result } from "../shared/errors.ts";
import { grantView } from "../shared/grant.ts";
import { Channel } from "./channel.ts";

declare global {
  interface Window {
    /** Put there by the preload; absent in a browser. */
    readonly countersign?: ConsoleBridge;
  }
}

/** Whether the owner of the profile is reached: `lost` is being mended, `ended` is for good. */
export type Link = "open" | "lost" | "ended";

/** The console's one way out, over IPC or over loopback alike: what comes in is parsed, what goes out is named. */
export interface LinkedBridge extends ConsoleBridge {
  onLink(listener: (link: Link) => void): () => void;
}

export const showEvent = z.object({ approval: z.string().nullable() });

const nothing = z.null();
const outputs: { readonly [C in ConsoleCall]: z.ZodType<ConsoleOutput[C]> } = {
  "session.signIn": nothing,
  "session.cancelSignIn": nothing,
  "session.signOut": nothing,
  "gateway.retry": nothing,
  "approvals.decide": approvalView,
  "grants.list": z.array(grantView),
  "grants.revoke": grantView,
  "connections.copyAddress": z.object({ copied: z.boolean(), url: z.string() }),
};

/** Sends one call and resolves to the raw answer; rejects only where there can be none. */
export type Ask = <C extends ConsoleCall>(call: C, input: ConsoleInput<C>) => Promise<unknown>;

/** The named calls over any transport; an answer that does not parse is a failure, never a value. */
export function callsOver(ask: Ask): Omit<ConsoleBridge, "onState" | "onShow"> {
  const answer = async <C extends ConsoleCall>(call: C, input: ConsoleInput<C>): Promise<Result<ConsoleOutput[C]>> => {
    try {
      const raw = z
        .object({ ok: z.boolean() })
        .loose()
        .parse(await ask(call, input));
      if (!raw.ok) return { ok: false, error: failure.parse(raw["error"]) };
      return { ok: true, value: outputs[call].parse(raw["value"]) };
    } catch {
      return { ok: false, error: { code: "transient", message: "The answer did not arrive or cannot be read." } };
    }
  };
  return {
    signIn: () => answer("session.signIn", {}),
    cancelSignIn: () => answer("session.cancelSignIn", {}),
    signOut: () => answer("session.signOut", {}),
    retry: () => answer("gateway.retry", {}),
    decide: (input) => answer("approvals.decide", input),
    grants: () => answer("grants.list", {}),
    revokeGrant: (input) => answer("grants.revoke", input),
    copyAddress: (input) => answer("connections.copyAddress", input),
  };
}

/** The bridge that the preload offers. A state that cannot be read ends the link: an older one must not pass for today's. */
export function bridgeOverPreload(preload: ConsoleBridge): LinkedBridge {
  const links = new Channel<Link>("open");
  const sent: { readonly [C in ConsoleCall]: (input: ConsoleInput<C>) => Promise<unknown> } = {
    "session.signIn": () => preload.signIn(),
    "session.cancelSignIn": () => preload.cancelSignIn(),
    "session.signOut": () => preload.signOut(),
    "gateway.retry": () => preload.retry(),
    "approvals.decide": (input) => preload.decide(input),
    "grants.list": () => preload.grants(),
    "grants.revoke": (input) => preload.revokeGrant(input),
    "connections.copyAddress": (input) => preload.copyAddress(input),
  };
  return {
    ...callsOver((call, input) => sent[call](input)),
    onState: (listener) =>
      preload.onState((raw) => {
        const state = parseState(raw);
        if (state === null) links.tell("ended");
        else listener(state);
      }),
    onShow: (listener) =>
      preload.onShow((raw) => {
        const show = showEvent.safeParse(raw);
        if (show.success) listener(show.data);
      }),
    onLink: (listener) => links.listen(listener),
  };
}

/** A state as its owner sent it, or null where it cannot be read. */
export function parseState(raw: unknown): ConsoleState | null {
  const parsed = consoleState.safeParse(raw);
  return parsed.success ? parsed.data : null;
}
