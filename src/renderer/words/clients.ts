import type { SetupAsk, SetupEntry } from "../../shared/setup.ts";
import { count } from "./count.ts";

export const clients = {
  title: "MCP clients",
  note: "on this computer, each with its own token",
  columns: { name: "Client", file: "File", state: "State", event: "Last event", calls: "Calls", action: "Action" },
  reading: "Looking for MCP clients on this computer…",
  unread: "The MCP clients on this computer could not be looked for.",
  again: "Look again",
  variant: (name: string, variant: string) => `${name} (${variant})`,
  state: {
    off: "Not set up",
    live: "Seen live",
    restart: "Restart needed",
    written: "Written",
    drifted: "Drifted",
    broken: "Not readable",
    token: "Own token",
    stdio: "Unverified",
  },
  found: "Found on this computer",
  called: (moment: string) => `Called ${moment}`,
  used: (moment: string) => `Used ${moment}`,
  never: "not used yet",
  writtenAt: (moment: string | null) => (moment === null ? "Not seen yet" : `Written ${moment}; not seen yet`),
  restartOf: (moment: string | null, name: string) =>
    moment === null ? `Restart ${name}` : `Written ${moment}; restart ${name}`,
  entry: {
    right: "as it should be",
    outdated: "its address, token or command is not today’s",
    changed: "changed by hand or by the client",
    missing: "taken out",
  } satisfies Record<SetupEntry["state"], string>,
  entryIs: (what: string) => `: ${what}`,
  place: (line: number, column: number) => `Line ${line}, column ${column}: `,
  stdioNote: "came over stdio and only says who it is",
  tokenNote: "added by hand",
  act: { "set-up": "Set up…", repair: "Repair…", undo: "Undo…" } satisfies Record<SetupAsk["does"], string>,
  actOf: {
    "set-up": (name: string) => `Set up ${name}…`,
    repair: (name: string) => `Repair ${name}…`,
    undo: (name: string) => `Undo the set-up of ${name}…`,
  } satisfies Record<SetupAsk["does"], unknown>,
  revoke: "Revoke",
  revokeOf: (name: string) => `Revoke ${name}`,
  sure: "Revoke for good",
  keep: "Keep",
  empty: "No MCP client was found on this computer, and none has a token yet.",
  how: "In a terminal,",
  setUp: "countersign setup",
  howElse: "sets them up as well. For a client that is not listed, run",
  command: "countersign clients add NAME",
  howThen: "and give the client the token that this prints once.",
  notFound: (names: string) => `Not found on this computer: ${names}.`,
} as const;

export const setup = {
  title: {
    "set-up": (name: string) => `Set up ${name}`,
    repair: (name: string) => `Repair ${name}`,
    undo: (name: string) => `Undo the set-up of ${name}`,
  } satisfies Record<SetupAsk["does"], unknown>,
  reading: "Reading…",
  change: (file: string) => `The change to ${file}`,
  would: "This is the whole change. Comments and order stay; the token is not shown.",
  write: { "set-up": "Write", repair: "Repair", undo: "Take out" } satisfies Record<SetupAsk["does"], string>,
  cancel: "Cancel",
  close: "Close",
  undo: "Undo…",
  lookAgain: "Look again",
  nothing: "Nothing to change: the file is as it should be.",
  done: {
    written: "Written.",
    removed: "Taken out: the file is as it was without it.",
    nothing: "Nothing was changed.",
  },
  refused: "Left as it is.",
  failed: "Nothing was written.",
  added: "added",
  removed: "removed",
} as const;

export const repairAll = {
  title: "Repair all that drifted",
  some: (clients: number) => `${count(clients, "client has", "clients have")} drifted.`,
  show: "Repair all…",
} as const;

export const around = {
  some: (servers: number, name: string) =>
    `${count(servers, "server", "servers")} in ${name} ${servers === 1 ? "does" : "do"} not go through the gateway.`,
  show: "Show them",
  hide: "Hide them",
  note: "What they do is neither decided nor recorded. Take them out of the client’s settings, or ask who runs the gateway to add them.",
} as const;

export const traffic = {
  held: "Held calls",
  heldNote: "yours, by what they wait for",
  heldColumns: { call: "Call", client: "Client", state: "State" },
  on: " on ",
  unknownClient: "not said",
  waits: (time: string) => `Waits for a decision; denied at ${time} unless decided`,
  approved: "Approved: runs when the client makes the identical call again",
  running: "Running",
  show: "Show in My requests",
  troubles: "Last errors",
  troublesNote: "between clients and the gateway, the newest first",
  troubleColumns: { time: "Time", client: "Client", connection: "Connection", what: "What happened, and what to do" },
  stranger: "an unknown program",
  removed: "countersign call, or a removed client",
  nowhere: "none",
  times: (times: number) => `${times.toLocaleString("en")} times.`,
} as const;
