import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { openClients, type Clients } from "../../../src/client/clients.ts";
import { thisMachine } from "../../../src/client/setup/machine.ts";
import type { Program } from "../../../src/client/setup/program.ts";
import { openSetup, type Setup } from "../../../src/client/setup/setup.ts";
import type { SetupChange, SetupProgram, SetupView, SetupWish } from "../../../src/shared/setup.ts";

/** A person's home with nothing in it, and the set-up over a profile of theirs. */
export interface SetupBench {
  readonly home: string;
  readonly clients: Clients;
  readonly dropped: string[];
  /** The tunnel's port, and what this person may reach. */
  ground: { port: number | null; connections: readonly string[] };
  /** This machine's clock. */
  readonly clock: { nowMs: number };
  readonly setup: Setup;
  wish(changed: Partial<SetupWish>): SetupWish;
  on(...programs: readonly SetupProgram[]): Promise<readonly SetupChange[]>;
  off(...programs: readonly SetupProgram[]): Promise<readonly SetupChange[]>;
  view(program: SetupProgram): Promise<SetupView>;
  /** The usual settings file of a program in this home. */
  file(program: Program): string;
  write(program: Program, content: string | Buffer): Promise<void>;
  /** The set-up as after a new start of the process. */
  reopened(): Promise<Setup>;
  close(): Promise<void>;
}

const launcher = { command: "/opt/countersign/bin/countersign", args: [] };

export async function openSetupBench(): Promise<SetupBench> {
  const root = await mkdtemp(join(tmpdir(), "countersign-setup-"));
  const [home, directory] = [join(root, "home"), join(root, "profile")];
  await mkdir(home);
  await mkdir(directory, { mode: 0o700 });
  const environment = { HOME: home, USERPROFILE: home };
  const clock = { nowMs: Date.now() };
  const now = (): number => clock.nowMs;
  const clients = await openClients(directory, now, () => undefined);
  const dropped: string[] = [];
  const ground: SetupBench["ground"] = { port: 50123, connections: ["files", "customers"] };
  const open = (): Promise<Setup> =>
    openSetup({
      directory,
      clients,
      now,
      drop: (id) => void dropped.push(id),
      state: () => ({
        tunnel: ground.port === null ? { state: "closed" } : { state: "open", port: ground.port, addresses: [] },
        connections: ground.connections.map((name) => ({
          name,
          title: null,
          transport: "http",
          state: "ready",
          server: null,
          url: null,
        })),
      }),
    });
  const setup = await open();
  const wish: SetupBench["wish"] = (changed) => ({
    does: "set-up",
    programs: [],
    connections: ["files"],
    environment,
    launcher,
    ...changed,
  });
  const file = (program: Program): string => program.places(thisMachine(environment))[0]?.file ?? "";
  return {
    home,
    clients,
    dropped,
    ground,
    clock,
    setup,
    wish,
    on: (...programs) => setup.apply(wish({ programs: [...programs] })),
    off: (...programs) => setup.apply(wish({ does: "undo", programs: [...programs], connections: [] })),
    async view(program) {
      const found = (await setup.list({ environment, launcher })).find(({ id }) => id === program);
      if (found === undefined) throw new Error(`${program} is not listed`);
      return found;
    },
    file,
    async write(program, content) {
      await mkdir(dirname(file(program)), { recursive: true });
      await writeFile(file(program), content);
    },
    reopened: open,
    async close() {
      await clients.close();
      await rm(root, { recursive: true });
    },
  };
}
