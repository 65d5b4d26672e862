import { z } from "zod";
import { clientClaim } from "./client-claim.ts";

/** The MCP clients that Countersign can set up. */
export const setupPrograms = [
  "claude-desktop",
  "claude-code",
  "cursor",
  "vscode",
  "windsurf",
  "zed",
  "codex",
  "gemini",
  "goose",
  "opencode",
] as const;
export type SetupProgram = (typeof setupPrograms)[number];
const program = z.enum(setupPrograms);

/** Why a client's file is left as it is. Line and column count from 1; null where it is not about a place in the file. */
const problem = z.object({ line: z.number().nullable(), column: z.number().nullable(), message: z.string() });
export type SetupProblem = z.infer<typeof problem>;

/** One installation of a client: `id` names the program, `variant` tells it from the usual installation. */
const installation = z.object({
  id: program,
  name: z.string(),
  variant: z.string().nullable(),
  file: z.string(),
});

const setupEntry = z.object({
  /** The server's name in the client's file. */
  name: z.string(),
  connection: z.string(),
  /** `outdated`: its address, token or command is not today's. `changed`: something else of ours was changed by hand. */
  state: z.enum(["right", "outdated", "changed", "missing"]),
});
export type SetupEntry = z.infer<typeof setupEntry>;

/** What is known of a client on this machine. */
export const setupView = installation.extend({
  /** Whether its folder is there. */
  installed: z.boolean(),
  /** `off`: nothing of ours stands there. `drifted`: something of ours does, but not as it should; setting it up again repairs it. `broken`: its file can't be read. */
  state: z.enum(["off", "on", "drifted", "broken"]),
  problem: problem.nullable(),
  entries: z.array(setupEntry),
  /** Whether it reads its file only when it starts. */
  restart: z.boolean(),
  /** When its file was last written by us; null where that is not known. */
  writtenAtMs: z.number().nullable(),
  /** Servers that it reaches without the gateway, by their names in its file, and where: an address's origin or a program's name. */
  around: z.array(z.object({ name: z.string(), at: z.string() })),
  /** The client with which this installation comes through the tunnel, when it last did, and as what it then introduced itself. */
  client: z.object({ id: z.string(), lastUsedAtMs: z.number().nullable(), claimed: clientClaim.nullable() }).nullable(),
  /**
   * Whether it has introduced itself since its file was last written: `live`; not yet, and it has to be started anew first, `restart`; not yet, and
   * it reads its file by itself, `waiting`. Null where nothing is set up.
   */
  seen: z.enum(["live", "restart", "waiting"]).nullable(),
});
export type SetupView = z.infer<typeof setupView>;

/** What is to be done, or was done, to a client's file. */
export const setupChange = installation.extend({
  did: z.enum(["nothing", "written", "removed", "refused"]),
  /** The exact change as lines of a unified diff; tokens and what looks like a secret are masked. */
  diff: z.array(z.string()),
  problem: problem.nullable(),
  entries: z.array(z.object({ name: z.string(), connection: z.string() })),
  /** What else the person should know, or do before the client reads the change. */
  notes: z.array(z.string()),
  restart: z.boolean(),
  /** The file that the change was made for, as its SHA-256 in hex; null where there was none. */
  seen: z.string().nullable(),
});
export type SetupChange = z.infer<typeof setupChange>;

/** What of the asking person's environment says where their clients keep files. */
const environment = z.record(z.string().max(40), z.string().max(4096));
/** How `countersign` starts here, for clients that only speak stdio; null where the asker doesn't know: then as it was last used with the profile. */
const launcher = z.object({ command: z.string().max(4096), args: z.array(z.string().max(4096)).max(10) }).nullable();
export const setupWhere = z.strictObject({ environment, launcher });

/** What a person asks for. */
export const setupWish = z.strictObject({
  /** `repair`: writes anew what was set up and has drifted, and nothing more. */
  does: z.enum(["set-up", "repair", "undo"]),
  /** None: those that are installed, or for `repair` and `undo`, those that were set up. */
  programs: z.array(program).max(setupPrograms.length),
  /** None: all that this person may use, or for `undo`, all of ours; for `repair` it always means those. */
  connections: z.array(z.string().max(63)).max(1000),
  environment,
  launcher,
  /** By file, what a change was shown for (`seen`): a file that is another by now is left alone. */
  seen: z.record(z.string(), z.string().nullable()).optional(),
});
export type SetupWish = z.infer<typeof setupWish>;

/** What a console asks for: the places and the launcher are its owner's to know. */
export const setupAsk = z.strictObject({ does: setupWish.shape.does, program });
export type SetupAsk = z.infer<typeof setupAsk>;
