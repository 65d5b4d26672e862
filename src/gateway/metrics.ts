/** Upper bounds of a histogram's buckets, in seconds: from a tenth of a millisecond to a minute. */
const boundsSeconds = [0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Names and values of a sample's labels. Values are counts' own words and names from configuration, never a payload or a principal. */
export type Labels = Readonly<Record<string, string>>;

/** One family of samples in the Prometheus text format (version 0.0.4). */
export interface Family {
  lines(): readonly string[];
}

interface About {
  readonly name: string;
  readonly help: string;
}

/** A number that only rises, by labels. */
export class Counter implements Family {
  readonly #about: About;
  readonly #values = new Map<string, number>();

  constructor(about: About) {
    this.#about = about;
  }

  add(labels: Labels, by = 1): void {
    const key = text(labels);
    this.#values.set(key, (this.#values.get(key) ?? 0) + by);
  }

  lines(): readonly string[] {
    const { name } = this.#about;
    return [...head(this.#about, "counter"), ...[...this.#values].map(([key, value]) => sample(name, key, value))];
  }
}

/** A number read when it is asked for. */
export class Gauge implements Family {
  readonly #about: About;
  readonly #read: () => number;

  constructor(about: About, read: () => number) {
    this.#about = about;
    this.#read = read;
  }

  lines(): readonly string[] {
    return [...head(this.#about, "gauge"), sample(this.#about.name, "", this.#read())];
  }
}

/** Numbers read when they are asked for, by labels. */
export class Gauges implements Family {
  readonly #about: About;
  readonly #read: () => readonly (readonly [Labels, number])[];

  constructor(about: About, read: () => readonly (readonly [Labels, number])[]) {
    this.#about = about;
    this.#read = read;
  }

  lines(): readonly string[] {
    const { name } = this.#about;
    return [...head(this.#about, "gauge"), ...this.#read().map(([labels, value]) => sample(name, text(labels), value))];
  }
}

interface Distribution {
  readonly buckets: number[];
  sumSeconds: number;
  count: number;
}

/** How long something took, by labels. */
export class Histogram implements Family {
  readonly #about: About;
  readonly #values = new Map<string, Distribution>();

  constructor(about: About) {
    this.#about = about;
  }

  observe(labels: Labels, milliseconds: number): void {
    const key = text(labels);
    const seconds = milliseconds / 1000;
    const known = this.#values.get(key) ?? { buckets: boundsSeconds.map(() => 0), sumSeconds: 0, count: 0 };
    this.#values.set(key, known);
    const at = boundsSeconds.findIndex((bound) => seconds <= bound);
    if (at >= 0) known.buckets[at] = (known.buckets[at] ?? 0) + 1;
    known.sumSeconds += seconds;
    known.count += 1;
  }

  lines(): readonly string[] {
    return [...head(this.#about, "histogram"), ...[...this.#values].flatMap(([key, value]) => this.#of(key, value))];
  }

  #of(key: string, { buckets, sumSeconds, count }: Distribution): readonly string[] {
    const { name } = this.#about;
    const labelsWith = (bound: string): string => `${key === "" ? "" : `${key},`}le="${bound}"`;
    let sum = 0;
    const counted = boundsSeconds.map((bound, at) => {
      sum += buckets[at] ?? 0;
      return sample(`${name}_bucket`, labelsWith(String(bound)), sum);
    });
    return [
      ...counted,
      sample(`${name}_bucket`, labelsWith("+Inf"), count),
      sample(`${name}_sum`, key, sumSeconds),
      sample(`${name}_count`, key, count),
    ];
  }
}

/** All families as one text, ended by a newline. */
export function exposition(families: readonly Family[]): string {
  return `${families.flatMap((family) => family.lines()).join("\n")}\n`;
}

function head({ name, help }: About, type: "counter" | "gauge" | "histogram"): readonly string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
}

function sample(name: string, labels: string, value: number): string {
  return labels === "" ? `${name} ${value}` : `${name}{${labels}} ${value}`;
}

function text(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(",");
}

function escaped(value: string): string {
  return /["\\\n]/.test(value) ? value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n") : value;
}
