import { z } from "zod";
import { CountersignError } from "./errors.ts";
import type { HttpSpec, StdioSpec } from "./target.ts";

/** The name of a secret, never the secret: `env:NAME` or `file:PATH`. */
export const secretName = z
  .string()
  .regex(/^(env:[A-Za-z_]\w*|file:.+)$/, "Write the name of a secret, env:NAME or file:PATH, not the secret itself");

/** The name of a connection, an agent or an issuer. */
export const configName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, "A name is made of lower-case letters, digits and hyphens, at most 63");

/** `stdio:` of a connection, in gateway.yaml or agent.yaml. */
export const stdioTarget = z.strictObject({
  command: z.string().min(1),
  args: z.array(z.string()).default([]),
  cwd: z.string().optional(),
  /** Plain values, or secrets by name. The child gets these, PATH and HOME, and nothing else. */
  env: z.record(z.string(), z.string()).default({}),
});

/** `http:` of a connection, in gateway.yaml or agent.yaml. */
export const httpTarget = z.strictObject({
  url: z.url(),
  /** Without it, Streamable HTTP is tried, and HTTP+SSE (2024-11-05) where the target refuses that as its servers do. */
  transport: z.enum(["streamable", "sse"]).optional(),
  headers: z.record(z.string(), secretName).default({}),
  /** OAuth 2.0 client credentials (RFC 6749, section 4.4): the token goes to the target as its bearer. */
  oauth: z
    .strictObject({
      tokenUrl: z.url(),
      clientId: z.string().min(1),
      clientSecret: secretName,
      scope: z.string().min(1).optional(),
    })
    .optional(),
});

/** How a target is reached, as configured: exactly one of the two. */
export interface TargetConfig {
  readonly stdio?: z.infer<typeof stdioTarget> | undefined;
  readonly http?: z.infer<typeof httpTarget> | undefined;
}

/** The value behind a secret's name (`env:NAME`, `file:PATH`). Throws CountersignError `configuration`. */
export type ResolveSecret = (name: string) => string | Promise<string>;

/** Where a secret stands in a target's configuration, and its name. */
export interface SecretPlace {
  readonly path: readonly string[];
  readonly secret: string;
}

/** The secrets that a target's configuration names. */
export function secretsIn({ stdio, http }: TargetConfig): SecretPlace[] {
  const { clientSecret } = http?.oauth ?? {};
  return [
    ...placesOf(stdio?.env ?? {}, "stdio", "env"),
    ...placesOf(http?.headers ?? {}, "http", "headers"),
    ...placesOf(clientSecret === undefined ? {} : { clientSecret }, "http", "oauth"),
  ];
}

function placesOf(values: Readonly<Record<string, string>>, ...path: string[]): SecretPlace[] {
  return Object.entries(values)
    .filter(([, value]) => namesSecret(value))
    .map(([name, secret]) => ({ path: [...path, name], secret }));
}

/** The same configuration with each path, those of `file:` secrets included, made absolute. */
export function withPaths<T extends TargetConfig>({ stdio, http, ...rest }: T, absolute: (path: string) => string) {
  const secret = (value: string): string => (value.startsWith("file:") ? `file:${absolute(value.slice(5))}` : value);
  const secrets = (values: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, secret(value)]));
  const oauth = http?.oauth && { oauth: { ...http.oauth, clientSecret: secret(http.oauth.clientSecret) } };
  return {
    ...rest,
    ...(stdio && { stdio: { ...stdio, env: secrets(stdio.env), ...(stdio.cwd && { cwd: absolute(stdio.cwd) }) } }),
    ...(http && { http: { ...http, headers: secrets(http.headers), ...oauth } }),
  };
}

/** What an agent is asked to reach, secrets in place. Throws CountersignError `configuration` for a secret that can't be had. */
export async function targetSpec(
  name: string,
  { stdio, http }: TargetConfig,
  timeoutMs: number,
  resolveSecret: ResolveSecret,
): Promise<StdioSpec | HttpSpec> {
  if (http !== undefined) {
    const { oauth, transport } = http;
    const headers = await valuesOf(http.headers, resolveSecret);
    const where = { url: http.url, headers, timeoutMs, ...(transport && { transport }) };
    if (oauth === undefined) return where;
    const { tokenUrl, clientId, scope } = oauth;
    const clientSecret = await resolveSecret(oauth.clientSecret);
    return { ...where, oauth: { tokenUrl, clientId, clientSecret, ...(scope && { scope }) } };
  }
  if (stdio === undefined) throw new CountersignError("configuration", "It needs one of stdio and http.");
  const { command, args, cwd } = stdio;
  const env = await valuesOf(stdio.env, resolveSecret);
  return { name, command, args, env, ...(cwd === undefined ? {} : { cwd }) };
}

/** Values with the named secrets in place; other values stay as they are. */
async function valuesOf(
  values: Readonly<Record<string, string>>,
  resolveSecret: ResolveSecret,
): Promise<Record<string, string>> {
  const resolved: Record<string, string> = {};
  for (const [name, value] of Object.entries(values)) {
    resolved[name] = namesSecret(value) ? await resolveSecret(value) : value;
  }
  return resolved;
}

function namesSecret(value: string): boolean {
  return /^(env|file):/.test(value);
}
