import type { DemoFolder } from "./folder.ts";

/** The one JSON line of `--json`; scripts rely on its shape. */
export interface Announcement {
  readonly gateway: string;
  /** The engineer's loopback address for MCP clients; each connection's is below it. */
  readonly tunnel: string;
  /** The approver's console; the link is good once and for 60 s. */
  readonly console: string;
  readonly connections: readonly { readonly name: string; readonly url: string }[];
  readonly clients: readonly { readonly name: string; readonly token: string }[];
  readonly profiles: { readonly engineer: string; readonly approver: string };
  readonly data: string;
}

/** Where each of the two opens a console in a browser; null: the approver's is in the tray app. */
export interface ConsoleLinks {
  readonly approver: string | null;
  readonly engineer: string;
}

/** The lines that say where the consoles are: when the demo begins, and after each Enter, where a terminal can have one. */
export function consoleLines({ approver, engineer }: ConsoleLinks, hasTerminal: boolean): string {
  const again = hasTerminal ? "press Enter for new ones" : "countersign console --profile DIR (below) prints one";
  return `  Consoles  the approver's (Avery):  ${approver ?? "in the tray app"}
            the engineer's (Erin):   ${engineer}
            a link is good once and for a minute: ${again}`;
}

/** What a person who started the demo may try next, with this run's real places. */
export function guide(
  told: Omit<Announcement, "console">,
  folder: DemoFolder,
  links: ConsoleLinks,
  { keep, hasTerminal }: { readonly keep: boolean; readonly hasTerminal: boolean },
): string {
  const shell = "npm run -s countersign --";
  const { engineer, approver } = told.profiles;
  const target = JSON.stringify({ path: `${folder.files}/hello.txt`, content: "Hello from an agent.\n" });
  const payment = JSON.stringify({ id: "cus_20418", changes: { credit_card: "4012 8888 8888 1881" } });
  return `
Countersign is running on this machine.

  Gateway   ${told.gateway}
${consoleLines(links, hasTerminal)}
  Tunnel    the engineer's local addresses for MCP clients:
${told.connections.map(({ name, url }) => `              ${name.padEnd(11)} ${url}`).join("\n")}
            with this bearer token (client "${told.clients[0]?.name ?? ""}"):
              ${told.clients[0]?.token ?? ""}
  Files     ${folder.root}

Try next:
  1. Open the approver's console, choose "Sign in", and on the provider's page Avery Approver. Erin is signed in already.
  2. Read a customer as an engineer's agent does, masked:
       ${shell} call customers get_customer '{"id":"cus_20418"}' --profile ${engineer}
  3. Make a call that is held, and decide it in the console:
       ${shell} call files write_file '${target}' --profile ${engineer}
     or decide it in another terminal (after step 1):
       ${shell} approvals list --profile ${approver}
       ${shell} approvals approve ID --profile ${approver}
  4. Make a critical call, which is approved only with the two digits that the engineer's console shows:
       ${shell} call customers update_customer '${payment}' --profile ${engineer}
     Open the engineer's console beside the approver's, in a second window: My requests there shows the number, the
     approver writes it into theirs, with a reason.
  5. Look at the record of all this (after step 1), and check that nobody touched it:
       ${shell} audit search --person demo:engineer --profile ${approver}
       ${shell} audit verify --data ${told.data} --profile ${approver}

${keep ? "Ctrl-C stops everything; the folder above stays for you to look at." : "Ctrl-C stops everything and removes the folder above (--keep leaves it): undo before what you set up in MCP clients."}
`;
}
