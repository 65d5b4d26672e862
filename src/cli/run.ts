import { CountersignError, toFailure } from "../shared/errors.ts";
import type { Command } from "./command.ts";
import { terminal } from "./terminal.ts";

/** Runs the command that these arguments name. Returns the exit status: 0 done, 1 refused or failed, 2 wrong usage. */
export async function run(
  args: readonly string[],
  commands: Readonly<Record<string, () => Promise<Command>>>,
  overview: string,
): Promise<number> {
  const { name, rest } = commandOf(args);
  if (name === undefined || name === "help" || name === "--help" || name === "-h") {
    terminal(false).answer(null, overview.split("\n"));
    return name === undefined ? 2 : 0;
  }
  if (name === "--version") {
    const { version } = await import("./version.ts");
    terminal(rest.includes("--json")).answer({ version: version() }, [version()]);
    return 0;
  }
  try {
    const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (load === undefined) {
      throw new CountersignError("usage", `There is no command ${JSON.stringify(name)}; --help lists them.`);
    }
    const command = await load();
    if (rest.includes("--help") || rest.includes("-h")) terminal(false).answer(null, command.help.split("\n"));
    else await command.run(rest, terminal);
    return 0;
  } catch (error) {
    return report(error);
  }
}

/** The command's name and what else was said: `--json` and `--profile DIR` may stand before the command as well as after it. */
function commandOf(args: readonly string[]): { readonly name: string | undefined; readonly rest: readonly string[] } {
  let at = 0;
  while (args[at] === "--json" || args[at] === "--profile" || args[at]?.startsWith("--profile=") === true) {
    at += args[at] === "--profile" ? 2 : 1;
  }
  return { name: args[at], rest: [...args.slice(0, at), ...args.slice(at + 1)] };
}

/** One line on standard error (one a problem, where a configuration has several), and the exit status that goes with it. */
function report(error: unknown): number {
  const failure = toFailure(error);
  // A fault that is not ours: its own words are all there is to find it by.
  const message = error instanceof CountersignError || !(error instanceof Error) ? failure.message : error.message;
  const misused = failure.code === "usage" || failure.code === "configuration";
  // The code is for scripts; wrong usage is told by the status already.
  const code = misused ? "" : ` (${failure.code})`;
  for (const line of message.split("\n")) terminal(false).note(`countersign: ${line}${code}`);
  return misused ? 2 : 1;
}
