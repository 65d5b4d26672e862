import { count } from "./count.ts";

export const tunnel = {
  title: "The tunnel is not open",
  same: "Open at the same port",
  other: "Open at another port",
  afterwards:
    "Clients that were set up are shown as drifted then, and repaired below; one with a token by hand needs a new one.",
} as const;

export const connections = {
  title: "Connections",
  open: "Tunnel open at ",
  and: " and ",
  closed: "Tunnel closed: MCP clients cannot call",
  failed: "Tunnel not open",
  columns: {
    name: "Name",
    server: "Server",
    address: "Local address",
    state: "State",
    transport: "Transport",
    calls: "Calls",
    held: "Held",
    last: "Last call",
  },
  copy: (name: string) => `Copy address of ${name}`,
  noAddress: "when the tunnel is open",
  state: { ready: "Ready", unknown: "Not called yet", failed: "Not answering" },
  /** Of one that was called before the gateway's last start. */
  idle: "Not in use",
  transport: { http: "HTTP", stdio: "stdio", agent: "agent" },
  noServer: "not known yet",
  empty: "You may use no connection of this gateway. Who runs it can allow one in its rules.",
  under: "An MCP client uses such an address with its own token as bearer.",
  since: (moment: string) => `Calls are counted since ${moment}.`,
  heldCalls: (held: number) => `${held.toLocaleString("en")} held`,
  errors: (errors: number) => count(errors, "error", "errors"),
  none: "none yet",
} as const;
