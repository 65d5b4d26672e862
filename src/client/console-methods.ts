import type { ConsoleState } from "../shared/console.ts";
import { CountersignError } from "../shared/errors.ts";
import type { ConsoleMethods } from "./console-calls.ts";
import { contextOf } from "./approval-context.ts";
import { decide } from "./decisions.ts";
import type { Device } from "./device.ts";
import { listGrants, revokeGrant } from "./grants.ts";
import type { GatewayApi } from "./gateway.ts";
import type { GatewayLink } from "./gateway-link.ts";
import type { Pause } from "./pause.ts";
import { exportHistory, figuresOf, historyItem, listHistory, type SaveText } from "./history.ts";
import type { Session } from "./session.ts";
import { tunnelAddress } from "./state.ts";
import { withdraw } from "./withdrawals.ts";

export interface ConsoleMethodsOptions {
  readonly api: GatewayApi;
  readonly device: Device;
  readonly link: GatewayLink;
  readonly pause: Pick<Pause, "begin" | "end">;
  readonly session: Session;
  readonly state: () => ConsoleState;
  readonly copyText: ((text: string) => void | Promise<void>) | undefined;
  readonly saveText: SaveText | undefined;
}

/** What a console may ask of this client. */
export function createConsoleMethods(options: ConsoleMethodsOptions): ConsoleMethods {
  const { api, device, link, pause, session, copyText } = options;
  return {
    "session.signIn": () => session.signIn().then(() => null),
    "session.cancelSignIn": async () => {
      session.cancelSignIn();
      return null;
    },
    "session.signOut": () => session.signOut().then(() => null),
    "gateway.retry": async () => {
      link.retry();
      return null;
    },
    "approvals.decide": async (decision, presence) => {
      const approval = link.held.get(decision.id);
      if (approval === undefined) throw new CountersignError("not_found", "No such approval is known here.");
      const decided = await decide(api, device, approval, decision, presence, link.gatewayNowMs());
      if (decided.id !== decision.id || !link.held.fits(decided)) throw another();
      // Shown at once, though the stream may have brought it already: its lists come at a pace.
      link.held.take(decided);
      link.showApprovals();
      if (decision.grant !== undefined) link.refreshGrants();
      return decided;
    },
    "approvals.context": ({ id }) => contextOf(api, id),
    "approvals.withdraw": async ({ id }) => {
      const ended = await withdraw(api, id);
      if (link.held.fits(ended)) link.held.take(ended);
      link.showApprovals();
      return ended;
    },
    "history.list": ({ after, ...filter }) => listHistory(api, filter, after),
    "history.figures": ({ kind, today }) => figuresOf(api, kind, today),
    "history.show": ({ id }) => historyItem(api, id),
    // A dialog belongs to who sits before the window, not to a command.
    "history.export": ({ filter, format }, presence) =>
      exportHistory(api, filter, format, presence === "window" ? options.saveText : undefined),
    "grants.list": () => listGrants(api),
    "grants.revoke": async ({ id }) => {
      const revoked = await revokeGrant(api, id);
      link.refreshGrants();
      return revoked;
    },
    "tunnel.pause": ({ forMinutes }) => pause.begin(forMinutes).then(() => null),
    "tunnel.resume": () => pause.end().then(() => null),
    "connections.copyAddress": async ({ name }) => {
      const url = addressOf(options.state(), name);
      await copyText?.(url);
      return { copied: copyText !== undefined, url };
    },
  };
}

function another(): CountersignError {
  const message = "The gateway answered for another request than was shown: nothing else was signed. Tell an auditor.";
  return new CountersignError("digest_mismatch", message);
}

function addressOf(state: ConsoleState, name: string): string {
  if (!state.connections.some((connection) => connection.name === name))
    throw new CountersignError("not_found", "No such connection is known here.");
  if (state.tunnel.state !== "open") throw new CountersignError("not_running", "The tunnel is closed: open it first.");
  return tunnelAddress(state.tunnel.port, name);
}
