import { readFile } from "node:fs/promises";
import { loadConfig, missingSecrets } from "../../gateway/config.ts";
import type { Config, IssuerConfig } from "../../gateway/config-schema.ts";
import { unownedWorkloads } from "../../gateway/config-services.ts";
import { openGraph } from "../../gateway/identity/graph.ts";
import { IssuerKeys } from "../../gateway/identity/issuer-keys.ts";
import { resolveSecret } from "../../gateway/secrets.ts";
import { doubt, failed, fine, wrong, type Finding } from "./finding.ts";
import { checkProvider } from "./provider.ts";

/** The gateway's side: each issuer of a gateway.yaml, as this machine reaches it. Throws `configuration` for a bad file. */
export async function checkConfig(path: string, now: () => number): Promise<Finding[]> {
  const loaded = await loadConfig(path);
  const missing = await missingSecrets(loaded);
  const secrets =
    missing.length === 0
      ? [fine("secrets", "Every secret that it names can be read")]
      : missing.map(({ line, message }) => wrong("secrets", `Line ${line}: ${message}`, "Put it where the file says."));
  const issuers = await Promise.all(loaded.config.issuers.map((issuer) => checkIssuer(issuer, now)));
  return [
    fine("config", `${path} is valid`),
    ...secrets,
    ...issuers.flat(),
    acceptsFinding(loaded.config),
    ownersFinding(loaded.config),
    devicesFinding(loaded.config),
  ];
}

function devicesFinding({ devices, roles }: Config): Finding {
  if (!devices.secondWaits) return doubt("devices", "A second device of an approver decides at once", secondCure);
  if (roles.admin.length > 0) return fine("devices", "A second device of an approver waits to be confirmed");
  const cure = "Name a group under roles.admin, whose members confirm such a device.";
  return doubt("devices", "An approver whose devices are lost can be let decide by nobody", cure);
}

const secondCure = "Leave devices.secondWaits out, unless approvers keep their keys in memory alone.";

function ownersFinding(config: Config): Finding {
  const unowned = unownedWorkloads(config);
  if (unowned.length === 0) return fine("services", "Every workload that is let in by name has an owner");
  const cure = "Give each an owner under services: its calls are then told to them, and never approved by them.";
  return doubt("services", `Nobody answers for ${unowned.join(", ")}`, cure);
}

function acceptsFinding({ connections, accepts }: Config): Finding {
  const open = connections.filter((each) => (each.accepts ?? accepts) === "provider-tokens").map(({ name }) => name);
  if (open.length === 0) return fine("accepts", "Every connection asks for a session that is bound to a device");
  const cure = "Set accepts: sessions where no standard MCP client or unbound service needs the provider's own token.";
  return doubt("accepts", `A copied token of the provider opens ${open.join(", ")}, until it expires`, cure);
}

async function checkIssuer(issuer: IssuerConfig, now: () => number): Promise<Finding[]> {
  const id = `issuers.${issuer.name}`;
  const ca = issuer.ca === undefined ? undefined : await readFile(issuer.ca, "utf8");
  const { signIn: provider, audience } = issuer;
  return [
    await keysFinding(id, issuer, now),
    ...(provider === undefined
      ? [doubt(`${id}.signIn`, "Nobody is told how to sign in with it", "Add signIn, unless only services use it.")]
      : [clientFinding(id, issuer), ...(await checkProvider(id, { provider, audience, ca }, now))]),
    ...(await groupFindings(id, issuer, now)),
  ];
}

async function keysFinding(id: string, issuer: IssuerConfig, now: () => number): Promise<Finding> {
  const keys = new IssuerKeys(issuer, { now, onChange: () => undefined });
  const isReady = await keys.ready();
  keys.close();
  if (isReady) return fine(`${id}.gateway-keys`, "The gateway can read its keys");
  return wrong(
    `${id}.gateway-keys`,
    "The gateway can't read its keys, so nobody's token would be accepted",
    "See that this machine reaches the issuer, that issuer is letter by letter what its metadata says, and ca where it has an authority of its own.",
  );
}

function clientFinding(id: string, { signIn, clients }: IssuerConfig): Finding {
  const clientId = signIn?.clientId ?? "";
  if (clients.includes(clientId))
    return fine(`${id}.client`, `People sign in as the client ${clientId}, which is let in`);
  return wrong(
    `${id}.client`,
    `People would sign in as ${clientId}, which is not let in`,
    "Add signIn.clientId to clients.",
  );
}

/** Graph is asked about nobody: that the application has its token and its permission shows in how it refuses. */
async function groupFindings(id: string, issuer: IssuerConfig, now: () => number): Promise<Finding[]> {
  if (issuer.kind !== "entra") return [];
  if (issuer.graph === undefined) {
    if (issuer.groupsClaim !== "groups") return [fine(`${id}.groups`, `Groups are read from ${issuer.groupsClaim}`)];
    const cure =
      "Emit only the groups assigned to the application, use app roles (groupsClaim: roles), or let the gateway ask Graph (graph:).";
    return [doubt(`${id}.groups`, "Whoever is in too many groups for a token is refused", cure)];
  }
  const graph = openGraph(issuer, issuer.graph, { now, secret: (name) => resolveSecret(name) });
  try {
    await graph.groupsOf({ oid: nobody, kind: "user" });
    return [fine(`${id}.graph`, "Graph tells the gateway groups")];
  } catch (error) {
    const why = error instanceof Error && error.cause instanceof Error ? error.cause.message : "";
    // The person doesn't exist, and Graph says so only to who may ask.
    if (why.endsWith(" answered 404")) return [fine(`${id}.graph`, "Graph lets the gateway ask for groups")];
    const cure = `Give the application GroupMember.Read.All and User.ReadBasic.All (application permissions), and grant admin consent${why === "" ? "" : ` (${why})`}.`;
    return [failed(`${id}.graph`, error, cure)];
  } finally {
    graph.close();
  }
}

const nobody = "00000000-0000-0000-0000-000000000000";
