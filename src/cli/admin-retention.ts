import { CountersignError } from "../shared/errors.ts";
import { erasureWish, holdLift, holdWish, type Hold } from "../shared/retention.ts";
import { visibleLine } from "../shared/visible.ts";
import { positional } from "./command.ts";
import { momentOf } from "./moment.ts";
import { withOwner } from "./owner.ts";
import { listed, type Terminal } from "./terminal.ts";

/** What says which entries are meant, as options of the command. */
export const retentionOptions = {
  entry: { type: "string" },
  connection: { type: "string" },
  person: { type: "string" },
  from: { type: "string" },
  to: { type: "string" },
  reason: { type: "string" },
} as const;

type Given = { readonly [K in keyof typeof retentionOptions]?: string };

interface Asked {
  readonly positionals: readonly string[];
  readonly given: Given;
  readonly profile: string;
  readonly terminal: Terminal;
}

/** `admin hold add|list|lift`. */
export async function holdCommand({ positionals, given, profile, terminal }: Asked): Promise<void> {
  const [, verb] = positionals;
  if (verb === "list") {
    positional(positionals, ["hold", "list"]);
    const holds = await withOwner(profile, (owner) => owner.ask("holds.list", {}));
    const rows = holds.map((hold) => [
      hold.name,
      scopeText(hold),
      dateOf(hold.placedAtMs),
      hold.by,
      visibleLine(hold.reason, 100),
    ]);
    const lines = listed("No hold is in force.", ["hold", "covers", "since", "by", "reason"], rows);
    terminal.answer(
      holds.map((hold) => ({ id: hold.name, ...hold })),
      lines,
    );
    return;
  }
  if (verb !== "add" && verb !== "lift")
    throw new CountersignError("usage", "admin hold knows add, list and lift; --help shows the usage.");
  const [, , name] = positional(positionals, ["hold", verb, "NAME"]);
  const reason = reasonOf(given);
  if (verb === "lift") {
    const lift = parsed(holdLift.safeParse({ name, reason }));
    await withOwner(profile, (owner) => owner.ask("holds.lift", lift));
    terminal.answer({ id: name }, [`Lifted: ${name}. What it covered goes when its time is over, which may be now.`]);
    return;
  }
  const wish = parsed(holdWish.safeParse({ name, reason, ...scopeOf(given) }));
  const placed = await withOwner(profile, (owner) => owner.ask("holds.place", wish));
  terminal.answer({ id: name, ...placed }, [
    `Held: ${scopeText(placed)}. Nothing of it is erased until the hold is lifted.`,
  ]);
}

/** `admin erase`. */
export async function eraseCommand({ positionals, given, profile, terminal }: Asked): Promise<void> {
  positional(positionals, ["erase"]);
  const entries = given.entry === undefined ? {} : { entries: rangeOf(given.entry) };
  const wish = parsed(erasureWish.safeParse({ ...entries, ...scopeOf(given), reason: reasonOf(given) }));
  terminal.progress("Erasing…");
  const { erased, held, inForce } = await withOwner(profile, (owner) => owner.ask("entries.erase", wish)).finally(() =>
    terminal.progress(""),
  );
  const stay = [
    ...(held === 0 ? [] : [`${held} stay under a hold.`]),
    ...(inForce === 0 ? [] : [`${inForce} stay as they are in force: an open request, or a live grant.`]),
  ];
  terminal.answer({ erased, held, inForce }, [
    `Erased: the bodies of ${erased} entries. The ledger records it.`,
    ...stay,
  ]);
}

function scopeOf({ connection, person, from, to }: Given): object {
  const nowMs = Date.now();
  return {
    ...(connection === undefined ? {} : { connection }),
    ...(person === undefined ? {} : { person }),
    ...(from === undefined ? {} : { fromMs: momentOf("--from", from, nowMs) }),
    ...(to === undefined ? {} : { toMs: momentOf("--to", to, nowMs) }),
  };
}

function reasonOf({ reason }: Given): string {
  if (reason === undefined || reason.trim() === "")
    throw new CountersignError("usage", "--reason is missing: say why, the ledger records it.");
  return reason;
}

/** `7`, or `7..12` with both ends. */
function rangeOf(text: string): readonly [number, number] {
  const [, first, last = first] = /^(\d{1,15})(?:\.\.(\d{1,15}))?$/.exec(text) ?? [];
  if (first === undefined || Number(last) < Number(first))
    throw new CountersignError("usage", "--entry takes a number, or two of them with both ends included: 7..12.");
  return [Number(first), Number(last)];
}

function parsed<T>(
  result:
    | { readonly success: true; readonly data: T }
    | {
        readonly success: false;
        readonly error: {
          readonly issues: readonly { readonly message: string; readonly path: readonly PropertyKey[] }[];
        };
      },
): T {
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new CountersignError(
    "usage",
    `${issue?.path.join(".") ?? ""}: ${issue?.message ?? "wrong"}; --help shows the usage.`.replace(/^: /, ""),
  );
}

function scopeText({ connection, person, fromMs, toMs }: Hold): string {
  const parts = [
    ...(person === undefined ? [] : [`of ${visibleLine(person, 100)}`]),
    ...(connection === undefined ? [] : [`on ${visibleLine(connection, 100)}`]),
    ...(fromMs === undefined ? [] : [`from ${dateOf(fromMs)}`]),
    ...(toMs === undefined ? [] : [`before ${dateOf(toMs)}`]),
  ];
  return parts.length === 0 ? "everything" : `all ${parts.join(", ")}`;
}

function dateOf(ms: number): string {
  return new Date(ms).toISOString().replace(/:\d\d\.\d{3}Z$/, "Z");
}
