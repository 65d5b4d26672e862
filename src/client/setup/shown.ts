import { CountersignError } from "../../shared/errors.ts";
import type { SetupChange, SetupProblem, SetupWish } from "../../shared/setup.ts";
import { unifiedDiff } from "./diff.ts";
import type { Intent } from "./intent.ts";
import type { SettingsFile } from "./settings-file.ts";
import type { Site } from "./sites.ts";

/** A settings file that is there and can be read, or isn't there yet. */
export type Good = Exclude<SettingsFile, { readonly state: "broken" }>;

export const textOf = (file: Good): string | null => (file.state === "there" ? file.text : null);
export const seenOf = (file: Good): string | null => (file.state === "there" ? file.seen : null);

/** A file that holds a token is nobody else's to read; the permissions come back when it is undone. */
export function modeFor({ program }: Site, file: Good): number {
  if (file.state === "absent") return 0o600;
  return program.speaks === "http" ? file.mode & 0o700 : file.mode;
}

/** What is told of a change. */
export function changeOf(site: Site, file: Good, intent: Intent, wish: SetupWish): SetupChange {
  const { program, place } = site;
  const installation = { id: program.id, name: program.name, variant: place.variant, file: place.file };
  const about = { ...installation, restart: program.after.restart, seen: seenOf(file) };
  if (!intent.ok) return { ...about, did: "refused", diff: [], problem: intent.problem, entries: [], notes: [] };
  const entries = [...intent.entries];
  const diff = [...unifiedDiff(place.file, textOf(file), intent.text)];
  if (diff.length === 0) return { ...about, did: "nothing", diff, problem: null, entries, notes: [] };
  const closed = wish.does !== "undo" && file.state === "there" && modeFor(site, file) !== file.mode;
  const tightened = closed && process.platform !== "win32";
  const notes = [
    ...(tightened ? ["Others on this machine could read the file; with a token in it, it is yours alone."] : []),
    ...(wish.does === "undo" && !program.after.restart ? [] : [program.after.words]),
  ];
  return { ...about, did: wish.does === "undo" ? "removed" : "written", diff, problem: null, entries, notes };
}

/** What is told of a file that is left as it is. */
export function refused({ program, place }: Site, problem: SetupProblem): SetupChange {
  const { id, name, after } = program;
  const about = { id, name, variant: place.variant, file: place.file, restart: after.restart };
  return { ...about, did: "refused", diff: [], problem, entries: [], notes: [], seen: null };
}

/** An error as an answer: what the system refuses is said by its code; any other fault is one, and thrown. */
export function problemOf(error: unknown): SetupProblem {
  const at = { line: null, column: null };
  if (error instanceof CountersignError) return { ...at, message: error.message };
  if (error instanceof Error && "syscall" in error && "code" in error)
    return { ...at, message: `The system refused it (${String(error.code)}).` };
  throw error;
}
