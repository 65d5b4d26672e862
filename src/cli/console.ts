import { command, positional } from "./command.ts";
import { withOwner } from "./owner.ts";

const help = `Usage: countersign console [--profile DIR] [--json]

Prints a new link to the console in a browser, good once and for 60 seconds. It takes a process that serves one:
countersign connect --console, or the demo.`;

export const consoleLink = command(help, {}, async ({ positionals, profile, terminal }) => {
  positional(positionals, []);
  const url = await withOwner(profile, (owner) => owner.ask("consoleLink", {}));
  terminal.answer({ url }, [url]);
});
