import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { z } from "zod";
import { CountersignError } from "../../shared/errors.ts";

const secret = z.string().regex(/^(env:[A-Za-z_]\w*|file:.+)$/, "write env:NAME or file:PATH, never the secret itself");
const file = z.string().regex(/^file:.+$/, "write file:PATH");
const client = { clientId: z.string().min(1), scope: z.string().min(1).optional() };

/** How a service proves itself: the JSON file that `countersign connect --service` reads. It names secrets and holds none. */
const serviceCredentials = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("secret"), ...client, secret }),
  /** RFC 7523: a PEM private key; `certificate` (PEM) where the provider knows the key by it, as Entra does. */
  z.strictObject({
    kind: z.literal("key"),
    ...client,
    key: secret,
    keyId: z.string().optional(),
    certificate: file.optional(),
  }),
  /** Workload identity federation: what the platform keeps writing into this file is the client's assertion. */
  z.strictObject({ kind: z.literal("assertion"), ...client, assertion: file }),
  /** The platform's token is itself for the gateway (a Kubernetes service account's, say). */
  z.strictObject({ kind: z.literal("token"), token: file }),
]);
export type ServiceCredentials = z.infer<typeof serviceCredentials>;

/** Reads a file of credentials; `file:` paths in it count from its folder. Throws `configuration`, never with what a file holds. */
export async function readServiceCredentials(path: string): Promise<ServiceCredentials> {
  const text = await read(path);
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch (cause) {
    throw new CountersignError("configuration", `${path} is no JSON.`, { cause });
  }
  const parsed = serviceCredentials.safeParse(given);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue === undefined || issue.path.length === 0 ? "" : ` at ${issue.path.join(".")}`;
    throw new CountersignError(
      "configuration",
      `${path} names no service's credentials${where}: see docs/services.md.`,
    );
  }
  const folder = dirname(resolve(path));
  const absolute = Object.entries(parsed.data).map(([name, value]) => [
    name,
    value?.startsWith("file:") === true ? `file:${resolve(folder, value.slice(5))}` : value,
  ]);
  return serviceCredentials.parse(Object.fromEntries(absolute));
}

/** What stands behind `env:NAME` or `file:PATH` now. Throws `misconfigured`, as the platform may put it there a moment later. */
export async function namedSecret(name: string): Promise<string> {
  const place = name.slice(name.indexOf(":") + 1);
  const value = name.startsWith("env:") ? (process.env[place] ?? "") : await read(place, "misconfigured");
  const text = value.trim();
  if (text === "") throw new CountersignError("misconfigured", `${name} is empty: put the service's secret there.`);
  return text;
}

async function read(path: string, code: "configuration" | "misconfigured" = "configuration"): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new CountersignError(code, `${path} can't be read: put it there, for this user alone.`, { cause });
  }
}
