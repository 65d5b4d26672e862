import { readFile } from "node:fs/promises";
import { wireFindings } from "./fuse-wire.ts";

// `node packaging/verify-seal.ts EXECUTABLE…`: whether finished executables have every fuse as sealed. On macOS, name the
// framework's file: Countersign.app/Contents/Frameworks/Electron Framework.framework/Electron Framework.

const executables = process.argv.slice(2);
if (executables.length === 0) {
  process.stderr.write("Name the executables to look at.\n");
  process.exitCode = 2;
}
for (const path of executables) {
  const findings = wireFindings(await readFile(path));
  for (const finding of findings) process.stderr.write(`${path}: ${finding}\n`);
  if (findings.length === 0) process.stdout.write(`${path}: every fuse is as sealed\n`);
  else process.exitCode = 1;
}
