import type { Check, Findings } from "./suite.ts";

/** One scenario as each way answered it. */
export interface Row {
  readonly scenario: string;
  /** Passed and all checks, in the order of the ways: `3/3`. */
  readonly results: readonly string[];
  /** The checks whose status is not the same every way, with what each way said. */
  readonly differences: readonly string[];
}

/** The runs of several ways, side by side. */
export function compare(ways: readonly string[], runs: readonly Findings[]): readonly Row[] {
  const scenarios = [...new Set(runs.flatMap((run) => [...run.keys()]))].toSorted();
  return scenarios.map((scenario) => {
    const checks = runs.map((run) => run.get(scenario) ?? []);
    return { scenario, results: checks.map(summary), differences: differences(ways, checks) };
  });
}

/** The rows as text columns. */
export function table(ways: readonly string[], rows: readonly Row[]): string {
  const width = Math.max(...rows.map(({ scenario }) => scenario.length)) + 2;
  const line = (name: string, cells: readonly string[], same: string): string =>
    name.padEnd(width) + cells.map((cell) => cell.padEnd(18)).join("") + same;
  const lines = rows.flatMap(({ scenario, results, differences: found }) => [
    line(scenario, results, found.length === 0 ? "same" : "DIFFERS"),
    ...found.map((each) => `    ${each}`),
  ]);
  return [line("scenario", ways, ""), ...lines].join("\n");
}

function summary(checks: readonly Check[]): string {
  const counted = checks.filter(({ status }) => status !== "INFO" && status !== "SKIPPED");
  return `${counted.filter(({ status }) => status === "SUCCESS").length}/${counted.length}`;
}

function differences(ways: readonly string[], checks: readonly (readonly Check[])[]): readonly string[] {
  const [first = [], ...others] = checks.map(outcomes);
  const keys = [...new Set(checks.flatMap((each) => outcomes(each).map(([key]) => key)))];
  return keys
    .filter((key) => others.some((other) => status(said(other, key)) !== status(said(first, key))))
    .map((key) => `${key}: ${[first, ...others].map((each, at) => `${ways[at]} ${said(each, key)}`).join("; ")}`);
}

function said(each: readonly (readonly [string, string])[], key: string): string {
  return each.find(([name]) => name === key)?.[1] ?? "absent";
}

/** Each check under a name of its own, as a scenario may report one id several times, with its status and what it complains of. */
function outcomes(checks: readonly Check[]): readonly (readonly [string, string])[] {
  const seen = new Map<string, number>();
  return checks
    .filter(({ status }) => status !== "INFO")
    .map(({ id, status, errorMessage }) => {
      const nth = (seen.get(id) ?? 0) + 1;
      seen.set(id, nth);
      const why = errorMessage === undefined ? "" : ` (${errorMessage.slice(0, 200)})`;
      return [nth === 1 ? id : `${id} #${nth}`, `${status}${why}`] as const;
    });
}

function status(outcome: string): string {
  return outcome.split(" ", 1)[0] ?? "";
}
