import { CountersignError } from "../shared/errors.ts";
import type { Client } from "./client.ts";
import type { Clients } from "./clients.ts";
import { closeAll, type Closer } from "./closers.ts";
import { createConsoleCalls, type ConsoleMethods } from "./console-calls.ts";
import { serveConsole, type ConsoleServer } from "./console-server.ts";
import type { Setup } from "./setup/setup.ts";
import type { StateHolder } from "./state.ts";
import type { Tunnel } from "./tunnel.ts";

interface Parts {
  readonly state: StateHolder;
  readonly methods: ConsoleMethods;
  readonly tunnel: Tunnel;
  readonly remove: Client["removeClient"];
  readonly clients: Clients;
  readonly now: () => number;
  readonly closers: Closer[];
  readonly ofAudit: Pick<Client, "exportLedger" | "exportSession" | "searchLedger">;
  readonly setup: Setup;
  readonly ofTools: Pick<Client, "tools" | "acceptTool">;
  readonly access: Client["access"];
  readonly retention: Client["retention"];
}

/** The owner of a profile as its shells see it, over the parts that do the work; `closers` end them all. */
export function clientOver({
  state,
  methods,
  tunnel,
  remove,
  clients,
  now,
  closers,
  ofAudit,
  setup,
  ofTools,
  access,
  retention,
}: Parts): Client {
  const showing = new Set<(approval: string | null) => void>();
  let consoleServer: ConsoleServer | null = null;
  const client: Client = {
    state: () => state.get(),
    onState: (listener) => state.onChange(listener),
    call: createConsoleCalls(methods),
    openTunnel: (wanted) => tunnel.open(wanted),
    closeTunnel: () => tunnel.close(),
    addClient: (name) => clients.add(name),
    async admitClient(name) {
      const admitted = await clients.bridged(name, "admit");
      if (admitted !== null) return admitted;
      throw new CountersignError("not_found", `There is no client ${name}.`);
    },
    removeClient: remove,
    async serveConsole(pages) {
      if (consoleServer !== null) return;
      const served = await serveConsole(client, pages, now);
      closers.push(() => served.close());
      consoleServer = served;
    },
    consoleLink() {
      if (consoleServer !== null) return consoleServer.link();
      throw new CountersignError("not_running", "This process serves no console for a browser.");
    },
    setup,
    ...ofAudit,
    ...ofTools,
    access,
    retention,
    show: (approval) => showing.forEach((listener) => listener(approval)),
    onShow(listener) {
      showing.add(listener);
      return () => showing.delete(listener);
    },
    close: () => closeAll(closers),
  };
  return client;
}
