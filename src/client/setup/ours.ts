import { basename } from "node:path";
import { isMap, type Value } from "./format/value.ts";

/** The token of ours that an entry holds, or null. */
export function tokenIn(entry: Value | undefined): string | null {
  const found = textsOf(entry).map((text) => /^Bearer (cst_[\w-]{43})$/.exec(text)?.[1]);
  return found.find((token) => token !== undefined) ?? null;
}

/** The name that an entry gives its client at the bridge (`… stdio CONNECTION --client NAME`), or null. */
export function bridgedIn(entry: Value | undefined): string | null {
  const texts = textsOf(entry);
  const bridge = texts.indexOf("stdio");
  return bridge !== -1 && texts[bridge + 2] === "--client" ? (texts[bridge + 3] ?? null) : null;
}

/** Whether an entry leads through a tunnel, of this profile or another: a local address alone may be any server's. */
function leadsThrough(entry: Value | undefined): boolean {
  return tokenIn(entry) !== null || bridgedIn(entry) !== null;
}

/** Whether an entry that was written for a connection is still that, though its token may have been taken out. */
export function leadsTo(entry: Value | undefined, connection: string): boolean {
  const address = /^http:\/\/127\.0\.0\.1:\d+\/mcp\/([a-z0-9-]+)$/;
  return leadsThrough(entry) || textsOf(entry).some((text) => address.exec(text)?.[1] === connection);
}

/** The other servers that a client reaches, and where: their origin or program alone, as the rest of an entry may be secret. */
export function aroundIn(servers: Value | undefined): readonly { readonly name: string; readonly at: string }[] {
  if (!isMap(servers)) return [];
  return [...servers].flatMap(([name, entry]) => {
    const at = isMap(entry) && !(leadsThrough(entry) && staysHere(entry)) ? targetOf(entry) : null;
    return at === null || typeof name !== "string" ? [] : [{ name, at }];
  });
}

/** Whether an entry leads nowhere but to this machine: one with a token of ours may send it elsewhere. */
function staysHere(entry: ReadonlyMap<unknown, Value>): boolean {
  const urls = addresses.map((key) => entry.get(key)).filter((url) => typeof url === "string");
  return urls.every((url) => URL.canParse(url) && ["127.0.0.1", "localhost", "[::1]"].includes(new URL(url).hostname));
}

const addresses = ["url", "serverUrl", "httpUrl", "uri"] as const;

/** null for what is part of the client itself, such as Goose's own extensions. */
function targetOf(entry: ReadonlyMap<unknown, Value>): string | null {
  for (const key of addresses) {
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
