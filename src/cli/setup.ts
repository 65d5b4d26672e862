import { placesIn } from "../client/setup/machine.ts";
import type { Setup } from "../client/setup/setup.ts";
import { CountersignError } from "../shared/errors.ts";
import { setupPrograms, type SetupChange, type SetupProgram, type SetupWish } from "../shared/setup.ts";
import { command } from "./command.ts";
import { launcherOf } from "./launcher.ts";
import { withSetup } from "./setup-owner.ts";
import { changeLines, viewLines } from "./setup-text.ts";
import type { Terminal } from "./terminal.ts";

const help = `Usage: countersign setup [CLIENT…] [--connection NAME]… [--dry-run] [--profile DIR] [--json]
       countersign setup [CLIENT…] --repair [--dry-run]
       countersign setup [CLIENT…] --undo [--connection NAME]… [--dry-run]
       countersign setup list

Writes connections into the settings of MCP clients, each client with a token of its own. Where no CLIENT is named it
means those that are installed, where no --connection is, all that you may use. The exact change is shown first, and
asked about where somebody is at the terminal; --dry-run only shows it. Comments, order and layout of a file stay.
--undo takes the entries out again and ends the token: the file is then as it was, to the byte, if nothing else changed
it. --repair writes anew what has drifted: another port, a token that ended, an entry changed by hand. list shows
every client, whether it is set up, and what it reaches around the gateway.

Clients: ${setupPrograms.slice(0, 6).join(", ")},
         ${setupPrograms.slice(6).join(", ")}`;

const options = {
  connection: { type: "string", multiple: true },
  "dry-run": { type: "boolean" },
  repair: { type: "boolean" },
  undo: { type: "boolean" },
} as const;

export const setup = command(help, options, async ({ values, positionals, profile, terminal }) => {
  const { connection: connections = [], "dry-run": dry = false, repair = false, undo = false } = values;
  // The owner may have been started with another environment: what counts is where the command is given.
  const here = { environment: placesIn(process.env), launcher: launcherOf(profile) };
  if (positionals[0] === "list") {
    if (positionals.length > 1 || undo || repair || dry || connections.length > 0)
      throw new CountersignError("usage", "setup list takes nothing else; --help shows the usage.");
    const views = await withSetup(profile, "alone-as-well", (owner) => owner.list(here));
    terminal.answer(views, viewLines(views));
    return;
  }
  if ((undo && repair) || (repair && connections.length > 0))
    throw new CountersignError(
      "usage",
      "--repair stands alone: it means what was set up before; --help shows the usage.",
    );
  const programs = positionals.map(programOf);
  const does = undo ? "undo" : repair ? "repair" : "set-up";
  const wish: SetupWish = { does, programs, connections: [...connections], ...here };
  await withSetup(profile, undo ? "alone-as-well" : "owner", (owner) =>
    dry ? show(owner, wish, terminal) : carryOut(owner, wish, terminal),
  );
});

async function show(owner: Setup, wish: SetupWish, terminal: Terminal): Promise<void> {
  finish(await owner.plan(wish), "would", terminal);
}

async function carryOut(owner: Setup, wish: SetupWish, terminal: Terminal): Promise<void> {
  const planned = await owner.plan(wish);
  const meant = planned.filter(({ did }) => did === "written" || did === "removed");
  if (meant.length > 0 && !(await agreed(meant, wish, terminal)))
    throw new CountersignError("cancelled", "Nothing was written.");
  const seen = Object.fromEntries(planned.map((change) => [change.file, change.seen]));
  const refused = planned.filter(({ did }) => did === "refused").map(({ file }) => file);
  const done = meant.length === 0 ? planned : await owner.apply({ ...wish, seen: without(seen, refused) });
  finish(done, "did", terminal);
}

/** Shows what is about to be written, and asks. A script has named the clients, or repairs what a person has said yes to, which is as good. */
async function agreed(changes: readonly SetupChange[], wish: SetupWish, terminal: Terminal): Promise<boolean> {
  const answer = terminal.json ? null : await asked(changes, terminal);
  if (answer !== null) return answer;
  if (wish.programs.length > 0 || wish.does === "repair") return true;
  throw new CountersignError(
    "usage",
    "Nobody is here to confirm the change: name the clients, or look with --dry-run.",
  );
}

async function asked(changes: readonly SetupChange[], terminal: Terminal): Promise<boolean | null> {
  if (!process.stdin.isTTY) return null;
  for (const line of changes.flatMap((change) => changeLines(change, "would"))) terminal.note(line);
  return await terminal.confirm(changes.length === 1 ? "Write this file?" : `Write these ${changes.length} files?`);
}

function finish(changes: readonly SetupChange[], tense: "would" | "did", terminal: Terminal): void {
  const none = changes.length === 0 ? ["No client is there to be changed: countersign setup list shows them."] : [];
  terminal.answer(changes, [...none, ...changes.flatMap((change) => changeLines(change, tense))]);
  const refused = changes.filter(({ did }) => did === "refused");
  if (refused.length === 0) return;
  throw new CountersignError("misconfigured", `Left as it is: ${refused.map(({ name }) => name).join(", ")}.`);
}

function programOf(word: string): SetupProgram {
  const found = setupPrograms.find((id) => id === word);
  if (found !== undefined) return found;
  throw new CountersignError("usage", `${JSON.stringify(word)} is no client that can be set up; --help lists them.`);
}

function without(
  seen: Readonly<Record<string, string | null>>,
  files: readonly string[],
): Record<string, string | null> {
  return Object.fromEntries(Object.entries(seen).filter(([file]) => !files.includes(file)));
}
