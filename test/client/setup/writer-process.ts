import { writeSettings, digest } from "../../../src/client/setup/settings-file.ts";

/** Writes the two texts by turns until it is killed: `node writer-process.ts FILE`. */
const file = process.argv[2] ?? "";
const texts = ["a", "b"].map((letter) => letter.repeat(3_000_000));
let seen: string | null = null;
for (let turn = 0; ; turn += 1) {
  const text = texts[turn % 2] ?? "";
  await writeSettings(file, text, 0o600, seen);
  seen = digest(text);
  process.stdout.write(".");
}
