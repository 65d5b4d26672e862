export const connections = {
  title: "Connections",
  open: "Tunnel open at ",
  and: " and ",
  closed: "Tunnel closed: MCP clients cannot call",
  failed: "Tunnel not open",
  columns: { name: "Name", server: "Server", address: "Local address", state: "State", transport: "Transport" },
  copy: (name: string) => `Copy address of ${name}`,
  noAddress: "when the tunnel is open",
  state: { ready: "Ready", unknown: "Not called yet", failed: "Not answering" },
  transport: { http: "HTTP", stdio: "stdio", agent: "agent" },
  noServer: "not known yet",
  empty: "You may use no connection of this gateway. Who runs it can allow one in its rules.",
  under: "An MCP client uses such an address with its own token as bearer.",
} as const;

export const clients = {
  title: "MCP clients",
  note: "on this computer, each with its own token",
  columns: { name: "Client", added: "Added", used: "Last used" },
  never: "not used yet",
  empty: "No MCP client has a token yet.",
  how: "To set up Cursor, Claude Code, VS Code and others, run",
  setUp: "countersign setup",
  howElse: "in a terminal. For a client that it does not know, run",
  command: "countersign clients add NAME",
  howThen: "and give the client the token that this prints once.",
} as const;
