import { sealedFuses } from "./check/installers.ts";

/** Marks the fuse wire in an Electron executable (electronjs.org/docs/latest/tutorial/fuses). */
const sentinel = "dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX";
const wireVersion = 1;

/** The fuses that this project sets, in the order of the wire; a longer wire keeps Electron's own state in the rest. */
const order = Object.entries(sealedFuses);

/** The states that a byte of the wire stands for. */
const states: ReadonlyMap<number | undefined, boolean> = new Map([
  [0x30, false],
  [0x31, true],
]);

/** Whether these bytes are an Electron executable: only one has a wire to set. */
export function hasFuseWire(executable: Buffer): boolean {
  return executable.includes(sentinel);
}

/** What is not as sealed in this executable, a line each; a universal macOS executable has a wire for each processor, and all count. */
export function wireFindings(executable: Buffer): readonly string[] {
  const wires = wirePositions(executable);
  return wires.length === 0
    ? ["no fuse wire: this is not an Electron executable"]
    : wires.flatMap((at) => oneWire(executable, at));
}

function oneWire(executable: Buffer, at: number): readonly string[] {
  if (executable[at] !== wireVersion) return [`the fuse wire has version ${executable[at]}, which is not known here`];
  const length = executable[at + 1] ?? 0;
  return order.flatMap(([fuse, wanted], index) => {
    const state = index < length ? states.get(executable[at + 2 + index]) : undefined;
    return state === wanted ? [] : [`${fuse} is ${state ?? "absent"}, not ${wanted}`];
  });
}

function wirePositions(executable: Buffer): readonly number[] {
  const found: number[] = [];
  for (let at = executable.indexOf(sentinel); at >= 0; at = executable.indexOf(sentinel, at + 1))
    found.push(at + sentinel.length);
  return found;
}
