/**
 * `node bench/masking.ts`: what masking costs on answers that hold nothing sensitive, against parsing and writing the same answer, and how
 * long anything else waits while a large answer is masked. Ratios within one run count; absolute figures depend on the machine.
 */
import { setImmediate as turn } from "node:timers/promises";
import { usualDetectors } from "../src/gateway/masking/kinds.ts";
import { createMasker } from "../src/gateway/masking/masker.ts";
import type { Json } from "../src/shared/json.ts";
import { quantile } from "./table.ts";

const rounds = 15;
const megabyte = 1_000_000;
const fields = ["email", "phone", "ssn", "credit_card"].map((name) => ({ name, mode: "redact" as const }));
const detectors = usualDetectors.map((name) => ({ name, mode: "partial" as const }));
const masker = createMasker({ detectors, fields });

const words =
  "the quick brown fox jumps over a lazy dog while servers answer calls and people read what they say".split(" ");
const word = (at: number): string => words[at % words.length] ?? "";

function until(size: number, piece: (index: number) => string): string {
  const pieces: string[] = [];
  for (let index = 0, length = 0; length < size; index += 1) {
    const next = piece(index);
    pieces.push(next);
    length += next.length;
  }
  return pieces.join("");
}

const logLine = (index: number): string =>
  `2026-11-${String((index % 28) + 1).padStart(2, "0")}T10:${String(index % 60).padStart(2, "0")}:12.${String(index % 1000).padStart(3, "0")}Z INFO ` +
  `[worker-${index % 16}] request id=${(index * 7919) % 99_991} path=/api/v2/${word(index)}/${index % 500} status=200 took=${index % 300}ms bytes=${index % 9000}\n`;

const record = (index: number): Json => ({
  id: index,
  name: `${word(index)} ${word(index * 3)}`,
  created: `2026-11-05T10:${String(index % 60).padStart(2, "0")}:12Z`,
  key: `${(index * 2_654_435_761).toString(16).padStart(8, "0").slice(-8)}-ab1d-4c6e-9f0a-1b2c3d4e5f6a`,
  amount: (index * 37) % 10_000,
  tags: [word(index * 5), word(index * 7)],
  active: index % 2 === 0,
});
const records: Json = Array.from({ length: 5200 }, (_, index) => record(index));
const text = (value: string): Json => ({ content: [{ type: "text", text: value }] });

const payloads: readonly (readonly [string, Json])[] = [
  ["prose, 1 MB", text(until(megabyte, (index) => `${word(index * 11)} `))],
  ["log text, 1 MB", text(until(megabyte, logLine))],
  [
    "prose with accents and dashes, 1 MB",
    text(until(megabyte, (index) => (index % 9 === 0 ? "déjà – vu " : `${word(index)} `))),
  ],
  ["records as structuredContent, 1 MB", { content: [], structuredContent: { records } }],
  ["records as JSON text, 1 MB", text(JSON.stringify(records))],
  ["200 bytes", text(until(150, logLine))],
];

/** Milliseconds of this process's own processor time, so that whatever else the machine does counts for nothing; of several rounds the lower quarter. */
function timeOf(work: () => void, repeat: number): number {
  const times: number[] = [];
  // A gateway runs for weeks: what the compiler does in the first rounds isn't what an answer costs.
  for (let warm = 0; warm < rounds; warm += 1) for (let turns = 0; turns < repeat; turns += 1) work();
  for (let round = 0; round < rounds; round += 1) {
    const start = process.cpuUsage();
    for (let turns = 0; turns < repeat; turns += 1) work();
    const { user, system } = process.cpuUsage(start);
    times.push((user + system) / 1000 / repeat);
  }
  return quantile(times, 0.25);
}

/** The longest time, in milliseconds, that another task waits while this is masked. */
async function longestWait(value: Json): Promise<number> {
  const state = { longest: 0, last: performance.now(), done: false };
  const watch = async (): Promise<void> => {
    while (!state.done) {
      await turn();
      const now = performance.now();
      state.longest = Math.max(state.longest, now - state.last);
      state.last = now;
    }
  };
  const watching = watch();
  await masker.maskLarge(value);
  state.done = true;
  await watching;
  return state.longest;
}

process.stdout.write(
  `${["".padEnd(40), "mask ms".padStart(9), "MB/s".padStart(8), "÷ parse+write".padStart(14), "longest wait ms".padStart(16)].join(" ")}\n`,
);
for (const [name, value] of payloads) {
  const written = JSON.stringify(value);
  const repeat = written.length < 1000 ? 2000 : 1;
  if (masker.mask(value).value !== value) throw new Error(`${name} was changed`);
  const mask = timeOf(() => masker.mask(value), repeat);
  const parse = timeOf(() => JSON.stringify(JSON.parse(written)), repeat);
  const waits: number[] = [];
  for (let round = 0; round < rounds; round += 1) waits.push(await longestWait(value));
  const figures = [
    mask.toFixed(written.length < 1000 ? 5 : 2).padStart(9),
    (written.length / 1000 / mask).toFixed(0).padStart(8),
    `×${(mask / parse).toFixed(2)}`.padStart(14),
    quantile(waits, 0.5).toFixed(2).padStart(16),
  ];
  process.stdout.write(`${[name.padEnd(40), ...figures].join(" ")}\n`);
}
