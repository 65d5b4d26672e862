/** The same target as `echo-target`, over standard input and output. */
import { createInterface } from "node:readline";
import { echoed } from "./echoed.ts";

const newline = Buffer.from("\n");

createInterface({ input: process.stdin }).on("line", (line) => {
  const answer = echoed(line);
  if (answer !== null) process.stdout.write(Buffer.concat([answer, newline]));
});
