import { parseArgs } from "node:util";
import { CountersignError } from "../shared/errors.ts";
import { profileDirectory } from "./profile-directory.ts";
import type { Terminal } from "./terminal.ts";

type Options = Readonly<Record<string, { readonly type: "string" | "boolean"; readonly multiple?: true }>>;
type Value<O extends Options[string]> = O["type"] extends "boolean" ? boolean : string;
type Values<O extends Options> = {
  readonly [K in keyof O]?: O[K] extends { readonly multiple: true } ? readonly Value<O[K]>[] : Value<O[K]>;
};

/** What one run of a command gets: its own options parsed, and what every command knows. */
export interface Invocation<O extends Options = Options> {
  readonly values: Values<O>;
  readonly positionals: readonly string[];
  /** `--profile DIR`, else this person's own. */
  readonly profile: string;
  readonly terminal: Terminal;
}

/** A command of the shell. `run` throws CountersignError: `usage` and `configuration` end with status 2, all else with 1. */
export interface Command {
  readonly help: string;
  run(args: readonly string[], terminal: (json: boolean) => Terminal): Promise<void>;
}

/** A command from its help text, its options beyond `--profile` and `--json`, and what it does. */
export function command<const O extends Options>(
  help: string,
  options: O,
  run: (invocation: Invocation<O>) => Promise<void>,
): Command {
  return {
    help,
    run: async (args, terminal) => {
      const { values, positionals } = parse(args, options);
      await run({
        values: values as Values<O>,
        positionals,
        profile: profileDirectory(typeof values["profile"] === "string" ? values["profile"] : undefined),
        terminal: terminal(values["json"] === true),
      });
    },
  };
}

/** Exactly these positionals, by name; anything missing or left over is wrong usage. */
export function positional<const N extends readonly string[]>(
  given: readonly string[],
  names: N,
): { readonly [K in keyof N]: string } {
  const missing = names.slice(given.length)[0];
  if (missing !== undefined) throw new CountersignError("usage", `${missing} is missing; --help shows the usage.`);
  const extra = given[names.length];
  if (extra !== undefined) {
    throw new CountersignError("usage", `${JSON.stringify(extra)} is one word too many; --help shows the usage.`);
  }
  return given as { readonly [K in keyof N]: string };
}

function parse(args: readonly string[], options: Options) {
  try {
    return parseArgs({
      args: [...args],
      options: { ...options, profile: { type: "string" }, json: { type: "boolean" } },
      allowPositionals: true,
    });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // Node's own words go on with advice about `--`, over several lines.
    throw new CountersignError("usage", `${message.split(/\.(?:\s|$)/)[0]}; --help shows the usage.`);
  }
}
