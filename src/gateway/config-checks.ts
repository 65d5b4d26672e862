import type { Finding } from "./config-places.ts";
import type { Config, IssuerConfig } from "./config-schema.ts";
import { isLoopbackHost, isProtectedUrl } from "../shared/protected-url.ts";
import { checkFiles, checkFolders } from "./config-files.ts";
import { serviceFindings } from "./config-services.ts";
import { retentionFindings } from "./config-retention.ts";
import { sinkFindings } from "./config-sinks.ts";
import { witnessFindings } from "./config-witnesses.ts";
import { compileCondition } from "./policy/condition.ts";
import { globMatcher } from "./policy/glob.ts";
import { isSecretName } from "./secrets.ts";

/** What no single setting shows: all that is wrong between the settings of a configuration whose paths are absolute. */
export async function crossCheck(config: Config): Promise<readonly Finding[]> {
  return [
    ...checkListener(config),
    ...checkPublicUrl(config),
    ...(await checkFolders(config)),
    ...config.issuers.flatMap((issuer, index) => checkIssuer(issuer, index)),
    ...unique(config.issuers, "issuers", "name"),
    ...unique(config.issuers, "issuers", "issuer"),
    ...checkIdentities(config),
    ...serviceFindings(config),
    ...unique(config.agents, "agents", "name"),
    ...unique(config.agents, "agents", "key"),
    ...unique(config.connections, "connections", "name"),
    ...checkTargets(config),
    ...checkInlineSecrets(config),
    ...unique(config.rules, "rules", "name"),
    ...unique(config.sinks, "sinks", "name"),
    ...sinkFindings(config.sinks),
    ...unique(config.witnesses, "witnesses", "name"),
    ...witnessFindings(config.witnesses),
    ...retentionFindings(config),
    ...checkRules(config),
    ...checkConditions(config),
    ...(await checkFiles(config)),
  ];
}

/** Secrets are named, never inline. A value can't be told from a secret, but its name mostly can. */
function checkInlineSecrets({ connections }: Config): Finding[] {
  return connections.flatMap(({ stdio }, index) =>
    Object.entries(stdio?.env ?? {})
      .filter(
        ([name, value]) =>
          /(key|token|secret|passw(or)?d|credential)s?$/i.test(name) && value !== "" && !isSecretName(value),
      )
      .map(([name]) => ({
        path: ["connections", index, "stdio", "env", name],
        message: "By its name this is a secret: name it (env:NAME or file:PATH) instead of writing it here.",
      })),
  );
}

function checkListener({ listen }: Config): Finding[] {
  if (isLoopbackHost(listen.host) || listen.tls !== undefined) return [];
  const message = "Plain HTTP is served on loopback only: add listen.tls with cert and key, or listen on 127.0.0.1.";
  return [{ path: ["listen", "host"], message }];
}

function checkPublicUrl({ publicUrl, listen }: Config): Finding[] {
  const path = ["publicUrl"];
  const url = new URL(publicUrl);
  if (url.protocol !== "https:" && url.protocol !== "http:") return [{ path, message: "Write an https address." }];
  if (url.origin !== publicUrl) {
    return [{ path, message: `It must be an origin alone, without path or final slash: ${url.origin}` }];
  }
  if (!isProtectedUrl(publicUrl)) return [{ path, message: "http is for loopback only: write the https address." }];
  if (listen.tls !== undefined && url.protocol === "http:") {
    return [{ path, message: "The listener speaks TLS (listen.tls), so this must begin with https." }];
  }
  return [];
}

function checkIssuer(issuer: IssuerConfig, index: number): Finding[] {
  const at = (...rest: string[]) => ["issuers", index, ...rest];
  const findings: Finding[] = [];
  const unprotected = "Use https: over http anybody on the way could forge keys (http is for loopback only).";
  if (!isProtectedUrl(issuer.issuer)) findings.push({ path: at("issuer"), message: unprotected });
  if (issuer.jwksUri !== undefined && !isProtectedUrl(issuer.jwksUri)) {
    findings.push({ path: at("jwksUri"), message: unprotected });
  }
  if (issuer.graph !== undefined && issuer.kind !== "entra") {
    findings.push({ path: at("graph"), message: "Only Entra's groups are asked for at Graph: remove it." });
  }
  if (issuer.graph !== undefined && !isProtectedUrl(issuer.graph.url)) {
    findings.push({ path: at("graph", "url"), message: unprotectedTokenUrl });
  }
  if (issuer.workloads !== undefined && issuer.kind !== "oidc") {
    findings.push({
      path: at("workloads"),
      message: "Only issuers of kind oidc have workloads: name a client instead.",
    });
  }
  if (issuer.kind === "entra" && (issuer.tenants ?? []).length === 0) {
    findings.push({
      path: at("tenants"),
      message: "An Entra issuer needs tenants: list the tenant ids that are let in.",
    });
  }
  if (issuer.kind !== "entra" && issuer.tenants !== undefined) {
    findings.push({ path: at("tenants"), message: "Only Entra issuers have tenants: remove it, or set kind: entra." });
  }
  if (issuer.signIn !== undefined && issuer.signIn.kind !== issuer.kind) {
    findings.push({ path: at("signIn", "kind"), message: `It must be the issuer's own kind, ${issuer.kind}.` });
  }
  return findings;
}

function checkIdentities({ identities, issuers }: Config): Finding[] {
  const seen = new Set<string>();
  return identities.flatMap((ids, person) =>
    ids.flatMap((id, index): Finding[] => {
      const path = ["identities", person, index];
      if (seen.has(id)) return [{ path, message: "This id stands here twice: one id belongs to one person." }];
      seen.add(id);
      if (issuers.some(({ name }) => id.startsWith(`${name}:`) && id.length > name.length + 1)) return [];
      return [{ path, message: "An id is ISSUER:KEY, and no issuer of this file has that name." }];
    }),
  );
}

const unprotectedTokenUrl =
  "Use https: over http anybody on the way could read the client's secret (http is for loopback only).";

function checkTargets({ connections, agents }: Config): Finding[] {
  return connections.flatMap(({ http, agent }, index) => {
    if (agent !== undefined && !agents.some(({ name }) => name === agent)) {
      return [{ path: ["connections", index, "agent"], message: "No agent of this name is listed under agents." }];
    }
    const { tokenUrl } = http?.oauth ?? {};
    if (tokenUrl !== undefined && !isProtectedUrl(tokenUrl)) {
      return [{ path: ["connections", index, "http", "oauth", "tokenUrl"], message: unprotectedTokenUrl }];
    }
    if (http === undefined || /^https?:\/\//i.test(http.url)) return [];
    return [{ path: ["connections", index, "http", "url"], message: "Write an http or https address." }];
  });
}

function checkRules({ rules, connections }: Config): Finding[] {
  return rules.flatMap((rule, index) =>
    rule.connections.flatMap((glob, position) => {
      const matches = globMatcher(glob);
      if (connections.some(({ name }) => matches(name))) return [];
      const known = connections.map(({ name }) => name).join(", ");
      return [
        {
          path: ["rules", index, "connections", position],
          message: `No connection matches this; there are: ${known}.`,
        },
      ];
    }),
  );
}

function checkConditions({ rules }: Config): Finding[] {
  return rules.flatMap(({ when }, index): Finding[] => {
    const compiled = when === undefined ? null : compileCondition(when);
    if (compiled === null || compiled.ok) return [];
    return [{ path: ["rules", index, "when"], message: `${compiled.message}.`, within: compiled.offset }];
  });
}

function unique<K extends string>(list: readonly Readonly<Record<K, string>>[], at: string, key: K): Finding[] {
  const seen = new Set<string>();
  return list.flatMap((item, index) => {
    const known = seen.has(item[key]);
    seen.add(item[key]);
    return known ? [{ path: [at, index, key], message: "Another one has this already: choose a different one." }] : [];
  });
}
