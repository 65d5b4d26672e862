import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { agreedCalls } from "./built.ts";
import type { RecordedElectron } from "./recorded-electron.ts";

const longestPreload = 40;

/** What the preload of `root` shows to the page beyond named methods, each of which asks for one agreed call. A line each. */
export async function bridgeFindings(root: string, electron: RecordedElectron): Promise<readonly string[]> {
  const file = join(root, "src/preload/index.ts");
  await import(pathToFileURL(file).href);
  const agreed = await agreedCalls(root);
  const lines = (await readFile(file, "utf8")).trimEnd().split("\n").length;
  const others = [...electron.exposed.keys()].filter((name) => name !== "countersign");
  const findings = [
    ...(lines <= longestPreload ? [] : [`preload: ${lines} lines, more than ${longestPreload} can be looked over`]),
    ...others.map((name) => `preload: shows the page a second thing, ${name}`),
  ];
  for (const [name, method] of members(electron.exposed.get("countersign"), "")) {
    if (typeof method !== "function") {
      findings.push(`preload: ${name} is not a method`);
      continue;
    }
    // A method that lets its caller pick the channel would ask for this one.
    await method(pickedByPage, pickedByPage);
    const asked = electron.invoked.splice(0).map(({ channel }) => channel);
    const strange = asked.filter((channel) => !agreed.includes(channel));
    findings.push(...strange.map((channel) => `preload: ${name} asks for ${channel}, which is not agreed`));
    if (asked.length > 1) findings.push(`preload: ${name} asks for more than one call`);
  }
  return findings;
}

/** What stands on the bridge, by name; methods may be grouped in objects. */
function members(value: unknown, path: string): readonly (readonly [string, unknown])[] {
  if (typeof value !== "object" || value === null) return [[path, value]];
  return Object.entries(value).flatMap(([name, member]) => members(member, path === "" ? name : `${path}.${name}`));
}

/** What a page would pass: callable too, as some methods take a listener. */
const pickedByPage = Object.assign(() => undefined, { toString: () => "electron-store-get-data" });
