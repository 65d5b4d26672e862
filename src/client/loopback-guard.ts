/** A request's headers as they came, name and value in turn (`IncomingMessage.rawHeaders`): duplicates are seen here, not merged. */
export type RawHeaders = readonly string[];

/** Every value of a header, in order. `name` in lower case. */
export function headerValues(headers: RawHeaders, name: string): string[] {
  const values: string[] = [];
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const given = headers[at] ?? "";
    if (given.length === name.length && given.toLowerCase() === name) values.push(headers[at + 1] ?? "");
  }
  return values;
}

/**
 * The one Host of a request, where it names this listener in canonical form; otherwise null. This is what stops DNS
 * rebinding: a page of another name reaches the port, but can't make the browser send our name.
 */
export function ownHost(headers: RawHeaders, port: number): string | null {
  const hosts = headerValues(headers, "host");
  const [host] = hosts;
  if (hosts.length !== 1 || host === undefined) return null;
  if (own.port !== port) own = { port, hosts: [`127.0.0.1:${port}`, `[::1]:${port}`, `localhost:${port}`] };
  return own.hosts.includes(host) ? host : null;
}

/** Of the port that was asked for last: mostly there is one. */
let own: { readonly port: number; readonly hosts: readonly string[] } = { port: -1, hosts: [] };

/** Headers of every answer on loopback. */
export const plainHeaders = { "x-content-type-options": "nosniff", "cache-control": "no-store" } as const;
