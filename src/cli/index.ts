#!/usr/bin/env node
/** The terminal shell: `countersign COMMAND`. This file is its table of contents; each command has a file of its own. */
import { keepSecretsOutOfReports } from "../client/crash-reports.ts";
import type { Command } from "./command.ts";
import { run } from "./run.ts";

/** Loaded when asked for: a short command shouldn't wait for what another one needs. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  "sign-in": async () => (await import("./sign-in.ts")).signIn,
  "sign-out": async () => (await import("./sign-out.ts")).signOut,
  status: async () => (await import("./status.ts")).status,
  connect: async () => (await import("./connect.ts")).connect,
  console: async () => (await import("./console.ts")).consoleLink,
  stdio: async () => (await import("./stdio.ts")).stdio,
  doctor: async () => (await import("./doctor.ts")).doctor,
  profiles: async () => (await import("./profiles.ts")).profiles,
  connections: async () => (await import("./connections.ts")).connections,
  call: async () => (await import("./call.ts")).call,
  requests: async () => (await import("./requests.ts")).requests,
  devices: async () => (await import("./devices.ts")).devices,
  clients: async () => (await import("./clients.ts")).clients,
  setup: async () => (await import("./setup.ts")).setup,
  approvals: async () => (await import("./approvals.ts")).approvals,
  grants: async () => (await import("./grants.ts")).grants,
  audit: async () => (await import("./audit.ts")).audit,
  policy: async () => (await import("./policy.ts")).policy,
  admin: async () => (await import("./admin.ts")).admin,
  gateway: async () => (await import("./gateway.ts")).gateway,
  agent: async () => (await import("./agent.ts")).agent,
};

const overview = `Usage: countersign COMMAND [--profile DIR] [--json]

At the engineer's desk
  sign-in [--gateway URL]        sign in, and open the tunnel for MCP clients
  sign-out                       end the session
  connect                        open the tunnel and stay, without signing in anew where that isn't needed;
                                 --service FILE does so as a service, and asks nobody
  profiles list|add|use|remove   gateways and accounts side by side, and which of them is meant without --profile
  doctor                         what is wrong with signing in or calling, and what to do; --config FILE for a gateway.yaml
  status                         who is signed in, what is open
  connections                    what this person may reach, and at which local address
  call CONNECTION TOOL [JSON]    one call through the tunnel
  requests [withdraw ID]         one's own calls that a rule holds; --all, those of before as well
  clients list|add|remove        the MCP client programs that may use the tunnel
  devices list|confirm|remove    the installations that are enrolled for this person
  setup [CLIENT…]                write the tunnel into MCP clients' settings; --undo takes it out, list shows them
  stdio [CONNECTION]             what an MCP client starts that speaks stdio alone

At the approver's desk
  approvals list|show|approve|deny  the calls that wait for a decision
  grants list|revoke             what was granted for later calls
  console                        a new one-time link to the console in a browser

At the gateway
  gateway --config FILE          run a gateway
  gateway rotate-key             make the next key of its ledger
  agent --config FILE            run an agent beside the targets, which dials the gateway
  policy check|explain FILE      check a gateway.yaml without running it; say what would become of a call
  policy replay                  what these rules would have done to recorded calls
  policy schema                  a JSON Schema of gateway.yaml
  admin tools list|accept        tools whose declaration changed
  admin revoke|restore           end a principal, a device or a session at once; let a principal in again
  admin hold add|list|lift       what of the ledger is kept whatever its age
  admin erase                    take what entries say out of the ledger for good

At the auditor's desk
  audit verify                   check the ledger against its key
  audit search [WORD…]           entries by who, what, how it ended, when and words
  audit sessions, session ID     what each MCP client did; one such session as a file or a page
  audit report                   what the ledger says of a period, as a page
  audit export FILE              write the ledger to a file

--profile DIR names another profile by its name or folder, --json prints one JSON value. countersign COMMAND --help says more,
countersign --version which version this is.
Status: 0 done, 1 refused or failed, 2 wrong usage.`;

keepSecretsOutOfReports();
process.exitCode = await run(process.argv.slice(2), commands, overview);
