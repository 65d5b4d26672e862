import type { AuditAsk, AuditPage } from "../shared/audit-search.ts";
import type { SessionExportAsk } from "../shared/audit-sessions.ts";
import type { ClientView, ConsoleState } from "../shared/console.ts";
import type { ToolAcceptance, ToolView } from "../shared/tool.ts";
import type { CallConsole } from "./console-calls.ts";
import type { GatewayAccess } from "./gateway-access.ts";
import type { GatewayRetention } from "./gateway-retention.ts";
import type { Setup } from "./setup/setup.ts";

/** The owner of a profile, as its desktop, its terminal and its consoles use it. */
export interface Client {
  /** The present snapshot: immutable, whole, without any token or key. */
  state(): ConsoleState;
  /** Calls back after each change. Returns the way to stop. */
  onState(listener: (state: ConsoleState) => void): () => void;
  /** What every console does, checked here. `presence` is set by the door that the person came through, never by their message. */
  readonly call: CallConsole;
  /** Opens the loopback listener; `port` 0 chooses a new one, none is the remembered one. Throws `port_taken`. */
  openTunnel(options?: { readonly port?: number }): Promise<void>;
  closeTunnel(): Promise<void>;
  /** The token is in this answer and nowhere else. Throws `bad_request`. */
  addClient(name: string): Promise<{ id: string; name: string; token: string }>;
  /** Lets a client come over stdio, also one that was removed; it says its name by itself. Throws `bad_request`. */
  admitClient(name: string): Promise<ClientView>;
  /** Its token ends, and what it still has running. Throws `not_found`. */
  removeClient(id: string): Promise<void>;
  /** Writes the tunnel into the settings of the MCP clients on this machine. */
  readonly setup: Setup;
  /** Serves the console for a browser. `pages`: the built renderer's folder. */
  serveConsole(pages: string): Promise<void>;
  /** A new one-time link, good for 60 s. Throws `not_running` before `serveConsole`. */
  consoleLink(): string;
  /** Fetches the gateway's ledger into a new private file of the profile and returns its path; whoever asked removes it. Takes the role auditor. */
  exportLedger(): Promise<string>;
  /** The same of one MCP client's session in it. */
  exportSession(asked: SessionExportAsk): Promise<string>;
  /** Entries of the gateway's ledger, the newest before this one first. Takes the role auditor. */
  searchLedger(asked: AuditAsk): Promise<AuditPage>;
  /** What the gateway has seen targets declare. Takes the role admin. */
  tools(): Promise<readonly ToolView[]>;
  /** Lets calls to a changed tool through. Takes the role admin; throws `digest_mismatch` where it changed once more. */
  acceptTool(tool: ToolAcceptance): Promise<void>;
  /** Who is let in at the gateway. Takes the role admin. */
  readonly access: GatewayAccess;
  readonly retention: GatewayRetention;
  /** Tells every console to show this approval, or its list. */
  show(approval: string | null): void;
  onShow(listener: (approval: string | null) => void): () => void;
  /** Ends all of it and lets go of the profile. What is signed in stays so in the vault. */
  close(): Promise<void>;
}
