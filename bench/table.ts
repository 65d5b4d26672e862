export interface Row {
  readonly name: string;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** p50 over the direct call's p50, in the same run. */
  readonly ratio: number;
}

export function table(title: string, rows: readonly Row[]): string {
  const lines = rows.map(({ name, p50Ms, p99Ms, ratio }) =>
    [
      name.padEnd(44),
      p50Ms.toFixed(2).padStart(9),
      p99Ms.toFixed(2).padStart(9),
      `×${ratio.toFixed(2)}`.padStart(9),
    ].join(" "),
  );
  return [
    title,
    ["".padEnd(44), "p50 ms".padStart(9), "p99 ms".padStart(9), "direct".padStart(9)].join(" "),
    ...lines,
    "",
  ].join("\n");
}

/** The value below which this share of the values lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function rowOf(name: string, values: readonly number[], direct: number): Row {
  const p50Ms = quantile(values, 0.5);
  return { name, p50Ms, p99Ms: quantile(values, 0.99), ratio: p50Ms / direct };
}
