import { basename } from "node:path";
import { isMap, type Value } from "./format/value.ts";

/** The token of ours that an entry holds, or null. */
export function tokenIn(entry: Value | undefined): string | null {
  const found = textsOf(entry).map((text) => /^Bearer (cst_[\w-]{43})$/.exec(text)?.[1]);
  return found.find((token) => token !== undefined) ?? null;
}

/** Whether an entry leads through a tunnel: by a client's token, a tunnel's address, or the bridge's command. */
export function leadsThrough(entry: Value | undefined): boolean {
  const texts = textsOf(entry);
  const address = /^http:\/\/(?:127\.0\.0\.1|localhost|\[::1\]):\d+\/mcp(?:\/[a-z0-9-]+)?$/;
  if (tokenIn(entry) !== null || texts.some((text) => address.test(text))) return true;
  const bridge = texts.indexOf("stdio");
  return bridge !== -1 && texts[bridge + 2] === "--client";
}

/** The other servers that a client reaches, and where: their origin or program alone, as the rest of an entry may be secret. */
export function aroundIn(servers: Value | undefined): readonly { readonly name: string; readonly at: string }[] {
  if (!isMap(servers)) return [];
  return [...servers].flatMap(([name, entry]) => {
    const at = isMap(entry) && !leadsThrough(entry) ? targetOf(entry) : null;
    return at === null || typeof name !== "string" ? [] : [{ name, at }];
  });
}

/** null for what is part of the client itself, such as Goose's own extensions. */
function targetOf(entry: ReadonlyMap<unknown, Value>): string | null {
  for (const key of ["url", "serverUrl", "httpUrl", "uri"]) {
    const url = entry.get(key);
    if (typeof url === "string") return URL.canParse(url) ? new URL(url).origin : "an address";
  }
  const command = entry.get("command") ?? entry.get("cmd");
  const [program] = Array.isArray(command) ? command : [command];
  return typeof program === "string" ? basename(program.replaceAll("\\", "/")) : null;
}

/** Every text of an entry, in its order. */
function textsOf(value: Value | undefined): readonly string[] {
  if (typeof value === "string") return [value];
  if (isMap(value)) return [...value.values()].flatMap(textsOf);
  return Array.isArray(value) ? value.flatMap(textsOf) : [];
}
