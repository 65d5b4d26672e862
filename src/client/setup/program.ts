import type { SetupProgram } from "../../shared/setup.ts";
import type { Format } from "./format/format.ts";
import type { Plain, Value } from "./format/value.ts";
import type { Machine } from "./machine.ts";

/** One of an MCP client's settings files: a program may be installed more than once. */
export interface Place {
  readonly file: string;
  /** The folder that shows that the program is, or was, installed. */
  readonly mark: string;
  /** What tells this installation from the usual one: `Flatpak`, `Windows store`, `Insiders`. */
  readonly variant: string | null;
}

interface Common {
  readonly id: SetupProgram;
  /** As its maker calls it; within the grammar of clients' names. */
  readonly name: string;
  readonly format: Format;
  /** Its files on this machine, the usual one first. */
  places(machine: Machine): readonly Place[];
  /** Where in its settings the servers stand. */
  servers(settings: Value): readonly string[];
  /** The members of an entry that move with the tunnel's address, the client's token or this installation. */
  readonly moving: readonly string[];
  /** What the person has to do before the program reads the change. */
  readonly after: { readonly restart: boolean; readonly words: string };
}

/** A client that speaks Streamable HTTP: it gets the tunnel's address and its own token. */
export interface HttpProgram extends Common {
  readonly speaks: "http";
  entry(through: { readonly name: string; readonly url: string; readonly token: string }, settings: Value): Plain;
}

/** A client that only starts servers itself: it gets the bridge's command, and no secret. */
export interface StdioProgram extends Common {
  readonly speaks: "stdio";
  entry(through: { readonly command: string; readonly args: readonly string[] }): Plain;
}

export type Program = HttpProgram | StdioProgram;

/**
 * How long a client is told to wait for a call: an approval is open for ten minutes where its rule says nothing else. Without
 * such a key the gateway carries a held call from round to round, or tells the client to call again.
 */
export const holdMs = 600_000;

export const bearer = (token: string): Plain => ({ Authorization: `Bearer ${token}` });
