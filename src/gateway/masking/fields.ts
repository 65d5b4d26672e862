import type { MaskMode } from "./kinds.ts";

/** A member whose whole value is masked: by its name at any depth, or by a path such as `customer.ssn`, `items[*].card`, `**.token`. */
export interface FieldSpec {
  readonly name: string;
  readonly mode: MaskMode;
}

type Step = { readonly name: string } | "member" | "deep" | { readonly index: number | null };
interface FieldPath {
  readonly steps: readonly Step[];
  readonly mode: MaskMode;
}

/** The configured fields, ready to be asked. */
export interface Fields {
  /** How the value of a member of this name is hidden, wherever it is; null where it isn't. */
  byName(name: string): MaskMode | null;
  /** Whether a path could end at this name, or at an index (null). */
  mayEnd(name: string | null): boolean;
  /** How the value at this path is hidden by a path of the configuration. */
  byPath(path: readonly (string | number)[]): MaskMode | null;
  /** Finds any of the names in JSON text that has nothing outside ASCII; null where only a walk can tell. */
  readonly inText: RegExp | null;
  /** Of the configured names, in characters. */
  readonly longestName: number;
  /** How members are found in text that holds JSON but isn't JSON as a whole; null where nothing is looked for. */
  readonly quoted: QuotedNames | null;
}

interface QuotedNames {
  /** Whether it is worth looking. */
  readonly suspicion: RegExp;
  /** A member up to its value; its quote, with as many backslashes as it has, and its name are the groups. */
  readonly member: RegExp;
  readonly modeOf: (name: string) => MaskMode;
}

/** Makes the fields ready. Names count whatever their case. A path counts wherever its steps follow each other; indices that it does not speak of are passed over. */
export function createFields(specs: readonly FieldSpec[]): Fields {
  const names = new Map<string, MaskMode>();
  const paths: FieldPath[] = [];
  for (const { name, mode } of specs) {
    names.set(plain(name), mode);
    const steps = parsePath(name);
    if (steps !== null && steps.length > 1) paths.push({ steps, mode });
  }
  const ends = new Set(paths.map(({ steps }) => endOf(steps.at(-1))));
  return {
    byName: (name) => names.get(plain(name)) ?? null,
    mayEnd: (name) => (name === null ? ends.has(null) : ends.has("*") || ends.has(plain(name))),
    byPath: (path) => paths.find(({ steps }) => endsWith(path, steps))?.mode ?? null,
    inText: textPattern(specs, paths),
    longestName: Math.max(0, ...specs.map(({ name }) => plain(name).length)),
    quoted: quotedNames(names, paths),
  };
}

/** Why this is no name and no path, or null. */
export function fieldProblem(name: string): string | null {
  if (!/[.*[\]]/.test(name)) return null;
  const steps = parsePath(name);
  if (steps === null) return "Write a name, or a path such as customer.ssn, items[*].card or **.token";
  return steps.every((step) => step === "deep" || step === "member" || (typeof step === "object" && "index" in step))
    ? "A path needs a name: this one would hide everything"
    : null;
}

function parsePath(text: string): readonly Step[] | null {
  const steps: Step[] = [];
  const tokens = /(\.|^)(?:(\*\*)|(\*)|([^.*[\]]+))|\[(\*|\d{1,9})\]/y;
  while (tokens.lastIndex < text.length) {
    const match = tokens.exec(text);
    if (match === null) return null;
    const [, , deep, member, name, index] = match;
    if (deep !== undefined) steps.push("deep");
    else if (member !== undefined) steps.push("member");
    else if (name !== undefined) steps.push({ name: plain(name) });
    else steps.push({ index: index === "*" ? null : Number(index) });
  }
  return steps.length === 0 ? null : steps;
}

/** Reads both from their ends, going back to the last `**` where they part: as long as both together, times each other at worst. */
function endsWith(path: readonly (string | number)[], steps: readonly Step[]): boolean {
  let [at, step] = [path.length - 1, steps.length - 1];
  let resume: { at: number; readonly step: number } | null = null;
  while (step >= 0) {
    const wanted = steps[step] as Step;
    if (wanted === "deep") {
      step -= 1;
      resume = { at, step };
      continue;
    }
    if (at >= 0 && fits(path[at] as string | number, wanted)) [at, step] = [at - 1, step - 1];
    else if (at >= 0 && at < path.length - 1 && passesOver(path[at] as string | number, wanted)) at -= 1;
    else if (resume !== null && resume.at >= 0) {
      resume = { at: resume.at - 1, step: resume.step };
      [at, step] = [resume.at, resume.step];
    } else return false;
  }
  return true;
}

function fits(part: string | number, step: Step): boolean {
  if (typeof step === "string") return typeof part === "string";
  if ("index" in step) return typeof part === "number" && (step.index === null || step.index === part);
  return typeof part === "string" && plain(part) === step.name;
}

function passesOver(part: string | number, step: Step): boolean {
  return typeof part === "number" && !(typeof step === "object" && "index" in step);
}

function endOf(step: Step | undefined): string | null {
  if (step === undefined || typeof step === "string") return "*";
  return "index" in step ? null : step.name;
}

/** Names as JSON text holds them, also where it is quoted again within a string. A path is found by the last name it has. */
function textPattern(specs: readonly FieldSpec[], paths: readonly FieldPath[]): RegExp | null {
  const names = specs.map(({ name }) => plain(name));
  for (const { steps } of paths) {
    const named = steps.findLast((step) => typeof step === "object" && "name" in step);
    if (typeof named !== "object" || !("name" in named)) return null;
    names.push(named.name);
  }
  if (names.some((name) => /["\\]/.test(name))) return null;
  if (names.length === 0) return /(?!)/;
  return new RegExp(`"(?:${alternatives(names)})\\\\*"`, "i");
}

function quotedNames(names: ReadonlyMap<string, MaskMode>, paths: readonly FieldPath[]): QuotedNames | null {
  const modes = new Map<string, MaskMode>();
  for (const { steps, mode } of paths) {
    const last = steps.at(-1);
    if (typeof last === "object" && "name" in last) modes.set(last.name, mode);
  }
  for (const [name, mode] of names) if (!/[.*[\]]/.test(name)) modes.set(name, mode);
  if (modes.size === 0) return null;
  const any = alternatives([...modes.keys()]);
  return {
    suspicion: new RegExp(`"(?:${any})\\\\*"`, "i"),
    // A run of backslashes is looked at from its beginning only, and no further than quoting four deep makes it.
    member: new RegExp(`(?<!\\\\)(\\\\{0,15}")(${any})\\1\\s*:\\s*`, "gi"),
    modeOf: (name) => modes.get(plain(name)) ?? "redact",
  };
}

function alternatives(names: readonly string[]): string {
  return names.map((name) => name.replace(/[.*+?^$()[\]{}|/\\-]/g, "\\$&")).join("|");
}

function plain(name: string): string {
  const seen = /[^ -~]/.test(name) ? name.normalize("NFKC").replace(unseen, "") : name;
  return seen.toLowerCase();
}

/** What a name can hold without looking any different. */
const unseen = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;
