import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { callFindings } from "./check/calls.ts";
import { electronFindings, readBuiltMain } from "./check/electron-use.ts";
import { bridgeFindings } from "./check/bridge.ts";
import { installerFindings } from "./check/installers.ts";
import { policyFindings } from "./check/page-policy.ts";
import { powerFindings } from "./check/powers.ts";
import { installRecorder } from "./check/recorded-electron.ts";
import { windowFindings } from "./check/window-options.ts";

// `npm run check` ends here, after tsc has built src/main into dist/main: what is judged is what is shipped. Each finding is one line;
// any finding fails. `--root DIR` judges another tree (its dist/, src/preload, electron-builder.yml), which the tests weaken.

const { values } = parseArgs({ options: { root: { type: "string" } } });
const root = values.root ?? fileURLToPath(new URL("..", import.meta.url));

const main = await readBuiltMain(root);
const electron = installRecorder(main.imported);
const findings = [
  ...(await installerFindings(root)),
  ...electronFindings(main),
  ...powerFindings(main),
  ...(await windowFindings(root, electron)),
  ...(await policyFindings(root, electron)),
  ...(await callFindings(root, electron)),
  ...(await bridgeFindings(root, electron)),
];
for (const finding of findings) process.stderr.write(`shell: ${finding}\n`);
process.exitCode = findings.length === 0 ? 0 : 1;
