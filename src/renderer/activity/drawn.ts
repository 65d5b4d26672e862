import type { Activity, ActivityBy, ActivityRow, Counted } from "../../shared/audit-activity.ts";
import type { ConsoleState } from "../../shared/console.ts";
import { fieldTime } from "../search/ranges.ts";
import type { Wanted } from "../search/sought.ts";
import { clockTime, dayName, localTime } from "../times.ts";
import { spoken } from "../visible-text.ts";
import { words } from "../words.ts";

type Gateway = ConsoleState["gateway"];

export const figureNames = ["calls", "held", "denied", "masked"] as const satisfies readonly Counted[];

/** Every row together, the others too. */
export function allOf({ rows, rest, total }: Activity): Pick<ActivityRow, "total" | "steps"> {
  const each = rest === null ? rows : [...rows, rest];
  const [first, ...others] = each.map(({ steps }) => steps);
  const steps = (first ?? []).map((step, at): ActivityRow["steps"][number] => {
    const [a, b, c, d] = step;
    return others.reduce(
      (sum, next): ActivityRow["steps"][number] => {
        const [e, f, g, h] = next[at] ?? [0, 0, 0, 0];
        return [sum[0] + e, sum[1] + f, sum[2] + g, sum[3] + h];
      },
      [a, b, c, d],
    );
  });
  return { total, steps };
}

/** What a row is known by when the figures are read anew. */
export function rowId({ key, connection }: ActivityRow): string {
  return `${key}\n${connection ?? ""}`;
}

/** What a row is called; a principal without a known name by its id. */
export function nameOf({ key, name, principalKind, connection }: ActivityRow): string {
  const said = spoken(name ?? (key === "" ? words.activity.nobody : key), 60);
  if (principalKind === "service") return `${said} (${words.activity.service})`;
  return connection === null ? said : `${said}${words.request.on}${spoken(connection, 60)}`;
}

/** An hour that was counted as this computer's clock has it: a clock that is set wrong moves no label. Zones differ by quarters of an hour. */
function wallTime(gateway: Gateway, atMs: number): number {
  return Math.round(localTime(gateway, atMs) / quarterMs) * quarterMs;
}

const quarterMs = 900_000;

/** When a step began, as its axis has it. */
export function stepName({ fromMs, stepMs }: Activity, at: number, gateway: Gateway): string {
  const localMs = wallTime(gateway, fromMs + at * stepMs);
  return stepMs < 86_400_000 ? clockTime(localMs) : dayName(localMs);
}

interface Place {
  readonly by: ActivityBy;
  /** Null: of everybody and everything. */
  readonly row: ActivityRow | null;
  readonly figure: Counted;
  /** Null: of the whole period. */
  readonly step: number | null;
}

/** The search for exactly the entries that a figure counts. */
export function entriesOf(activity: Activity, { by, row, figure, step }: Place, gateway: Gateway): Partial<Wanted> {
  const { fromMs, toMs, stepMs } = activity;
  const begun = step === null ? fromMs : fromMs + step * stepMs;
  const ended = step === null ? toMs : Math.min(toMs, begun + stepMs);
  const field = (atMs: number) => fieldTime(wallTime(gateway, atMs));
  return {
    facts: { ...factsOf(by, row), counted: figure },
    range: { is: "own", from: field(begun), to: field(ended), exact: { fromMs: begun, toMs: ended } },
  };
}

function factsOf(by: ActivityBy, row: ActivityRow | null): Wanted["facts"] {
  if (row === null || row.key === "") return {};
  if (by === "connection") return { connection: row.key };
  if (by === "tool") return { tool: row.key, ...(row.connection === null ? {} : { connection: row.connection }) };
  return row.principalKind === "service" ? { service: row.key } : { person: row.key };
}
