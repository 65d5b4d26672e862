import { readFile } from "node:fs/promises";
import { stringify } from "yaml";
import type { DemoFolder } from "./folder.ts";
import type { DemoIssuer } from "./idp/index.ts";
import { packageCommand } from "./sample-servers.ts";

/** What only this run knows of its gateway.yaml. */
export interface GatewayFacts {
  readonly port: number;
  readonly issuer: DemoIssuer;
  /** Of the connection `customers`. */
  readonly customersUrl: string;
}

/** The demo's gateway.yaml: the commented text of gateway.yaml.template with this run's places filled in. */
export async function gatewayYaml(folder: DemoFolder, facts: GatewayFacts): Promise<string> {
  const template = await readFile(new URL("gateway.yaml.template", import.meta.url), "utf8");
  const places: Readonly<Record<string, unknown>> = {
    PORT: facts.port,
    PUBLIC_URL: `http://127.0.0.1:${facts.port}`,
    DATA: folder.data,
    KEYS: folder.keys,
    ISSUERS: [issuerEntry(folder, facts.issuer)],
    EVERYTHING: await packageCommand("@modelcontextprotocol/server-everything", "stdio"),
    FILES: await packageCommand("@modelcontextprotocol/server-filesystem", folder.files),
    MEMORY: {
      ...(await packageCommand("@modelcontextprotocol/server-memory")),
      env: { MEMORY_FILE_PATH: folder.memory },
    },
    CUSTOMERS_URL: facts.customersUrl,
  };
  return template.replace(/\$\{([A-Z_]+)\}/g, (_, place: string) => filledIn(place, places));
}

function issuerEntry(folder: DemoFolder, issuer: DemoIssuer): object {
  return {
    name: "demo",
    kind: issuer.kind,
    issuer: issuer.issuer,
    ...(issuer.issuer.startsWith("https:") ? { ca: folder.authority, jwksUri: issuer.jwksUri } : {}),
    audience: issuer.audience,
    clients: [issuer.clientId],
    ...(issuer.tenantId === null ? {} : { tenants: [issuer.tenantId] }),
    signIn: issuer.signIn,
  };
}

/** A value as YAML on one line: JSON is YAML, so nothing in a path can end its place early. */
function filledIn(place: string, places: Readonly<Record<string, unknown>>): string {
  if (!Object.hasOwn(places, place)) throw new Error(`gateway.yaml.template has the unknown place ${place}`);
  return stringify(places[place], { collectionStyle: "flow", defaultStringType: "QUOTE_DOUBLE", lineWidth: 0 }).trim();
}
