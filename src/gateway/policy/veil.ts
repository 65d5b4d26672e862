/** A place of a condition's variables whose value is not known, such as `["arguments", "card"]`, and what it is, in words: `arguments.card, which was masked`. */
export interface Unknown {
  readonly path: readonly [string, ...(string | number)[]];
  readonly what: string;
}

/** What is not known of a recorded subject. */
export interface Veil {
  readonly unknown: readonly Unknown[];
  /** An upper bound of the real arguments' weight where some of them were masked, else null. */
  readonly weight: { readonly values: number; readonly characters: number } | null;
}

/**
 * The terms of a condition with each unknown place under a getter that throws: whatever reads it (by name, in a walk, by
 * comparing what it stands in) fails. `touched` says what was read first, null where nothing unknown was.
 */
export function covered(
  terms: Record<string, unknown>,
  unknown: readonly Unknown[],
): { readonly terms: Record<string, unknown>; readonly touched: () => string | null } {
  let first: string | null = null;
  const touch = (what: string): never => {
    first ??= what;
    throw new Error("Not known.");
  };
  const places = unknown.map(({ path, what }) => ({ path, what }));
  return { terms: cover(terms, places, touch), touched: () => first };
}

interface Place {
  readonly path: readonly (string | number)[];
  readonly what: string;
}

function cover<T extends object>(value: T, places: readonly Place[], touch: (what: string) => never): T {
  if (places.length === 0) return value;
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...value }) as T;
  const steps = Map.groupBy(places, ({ path }) => path[0] as string | number);
  for (const [step, below] of steps) {
    const member: unknown = Object.hasOwn(value, step) ? value[step as keyof T] : undefined;
    const whole = below.find(({ path }) => path.length === 1 || !leadsOn(member, path[1] as string | number));
    if (whole === undefined) {
      const inner = below.map(({ path, what }) => ({ path: path.slice(1), what }));
      define(copy, step, { value: cover(member as object, inner, touch), writable: true });
    } else define(copy, step, { get: () => touch(whole.what) });
  }
  return copy;
}

/** Whether a value can have a member of this name, or an element of this number. A string of JSON has neither: it is unknown whole. */
function leadsOn(value: unknown, step: string | number): boolean {
  return typeof value === "object" && value !== null && Array.isArray(value) === (typeof step === "number");
}

function define(object: object, step: string | number, descriptor: PropertyDescriptor): void {
  Object.defineProperty(object, step, { enumerable: true, configurable: true, ...descriptor });
}
