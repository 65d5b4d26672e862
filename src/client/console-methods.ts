import type { ConsoleState } from "../shared/console.ts";
import { CountersignError } from "../shared/errors.ts";
import type { ConsoleMethods } from "./console-calls.ts";
import { activityOf, exportAudit, readAudit, searchAudit } from "./audit.ts";
import { contextOf } from "./approval-context.ts";
import { decide, show } from "./deciding.ts";
import type { Device } from "./device.ts";
import { listGrants, revokeGrant } from "./grants.ts";
import type { GatewayApi } from "./gateway.ts";
import type { GatewayLink } from "./gateway-link.ts";
import type { Pause } from "./pause.ts";
import { exportHistory, figuresOf, historyItem, listHistory, type SaveText } from "./history.ts";
import type { Sending } from "./sending.ts";
import type { Session } from "./session.ts";
import { exportSession, listSessions, showSession } from "./sessions.ts";
import { applyShown, wishFor, type SetupHere } from "./setup-here.ts";
import { tunnelAddress } from "./state.ts";
import type { StepUps } from "./step-up/step-ups.ts";
import { withdraw } from "./withdrawals.ts";

export interface ConsoleMethodsOptions {
  readonly api: GatewayApi;
  readonly device: Device;
  readonly link: GatewayLink;
  readonly pause: Pick<Pause, "begin" | "end">;
  readonly session: Session;
  readonly stepUps: Pick<StepUps, "decline" | "want">;
  readonly sending: Sending;
  readonly setup: SetupHere;
  /** Opens the tunnel, at the remembered port unless another is named. Throws `port_taken`. */
  readonly openTunnel: (wanted: { readonly port?: number }) => Promise<void>;
  /** Ends a client's token. Throws `not_found`. */
  readonly remove: (client: string) => Promise<void>;
  readonly state: () => ConsoleState;
  readonly copyText: ((text: string) => void | Promise<void>) | undefined;
  readonly saveText: SaveText | undefined;
  /** The profile's folder. */
  readonly directory: string;
}

/** What a console may ask of this client. */
export function createConsoleMethods(options: ConsoleMethodsOptions): ConsoleMethods {
  const { api, link, pause, session, copyText } = options;
  return {
    "session.signIn": () => session.signIn().then(() => null),
    "session.signInByCode": () => session.signIn("code").then(() => null),
    "session.cancelSignIn": async () => {
      session.cancelSignIn();
      return null;
    },
    "session.signOut": () => session.signOut(),
    "session.declineSignIn": async () => {
      options.stepUps.decline();
      return null;
    },
    "gateway.retry": async () => {
      link.retry();
      return null;
    },
    "approvals.decide": (decision, presence) => decide(options, decision, presence),
    "approvals.context": ({ id }) => contextOf(api, id),
    "approvals.withdraw": async ({ id }) => {
      const ended = await withdraw(api, id);
      if (link.held.fits(ended)) show(link, ended);
      return ended;
    },
    "approvals.look": async ({ approval }) => {
      link.looks.set(approval);
      return null;
    },
    "history.list": ({ after, ...filter }) => listHistory(api, filter, after),
    "history.figures": ({ kind, today }) => figuresOf(api, kind, today),
    "history.show": ({ id }) => historyItem(api, id),
    // A dialog belongs to who sits before the window, not to a command.
    "history.export": ({ filter, format }, presence) =>
      exportHistory(api, filter, format, presence === "window" ? options.saveText : undefined),
    "sessions.list": (asked) => listSessions(api, asked),
    "sessions.show": (asked) => showSession(api, asked),
    "sessions.export": (asked, presence) =>
      exportSession(api, options.directory, asked, presence === "window" ? options.saveText : undefined),
    "audit.search": (asked) => searchAudit(api, asked),
    "audit.activity": (asked) => activityOf(api, asked),
    "audit.entry": ({ entry }) => readAudit(api, entry),
    "audit.export": ({ query, format }, presence) =>
      exportAudit(api, query, format, presence === "window" ? options.saveText : undefined),
    "grants.list": () => listGrants(api),
    "grants.revoke": async ({ id }) => {
      const revoked = await revokeGrant(api, id);
      link.refreshGrants();
      return revoked;
    },
    "tunnel.open": ({ port }) => options.openTunnel(port === "new" ? { port: 0 } : {}).then(() => null),
    "devices.remove": ({ id }) => link.devices.remove(id).then(() => null),
    "devices.acknowledge": ({ id }) => link.devices.acknowledge(id).then(() => null),
    "devices.confirm": ({ id }) => link.devices.confirm(id).then(() => null),
    "tunnel.pause": ({ forMinutes }) => pause.begin(forMinutes).then(() => null),
    "tunnel.resume": () => pause.end().then(() => null),
    "clients.remove": ({ id }) => options.remove(id).then(() => null),
    "setup.list": () => options.setup.setup.list(options.setup.here),
    "setup.plan": (ask) => options.setup.setup.plan(wishFor(ask, options.setup)),
    "setup.apply": ({ seen, ...ask }) => applyShown(options.setup, ask, seen),
    "connections.copyAddress": async ({ name }) => {
      const url = addressOf(options.state(), name);
      await copyText?.(url);
      return { copied: copyText !== undefined, url };
    },
  };
}

function addressOf(state: ConsoleState, name: string): string {
  if (!state.connections.some((connection) => connection.name === name))
    throw new CountersignError("not_found", "No such connection is known here.");
  if (state.tunnel.state !== "open") throw new CountersignError("not_running", "The tunnel is closed: open it first.");
  return tunnelAddress(state.tunnel.port, name);
}
