import { z } from "zod";
import { provider } from "../shared/provider.ts";
import { duration } from "./config-duration.ts";
import { mostPending } from "./config-limits.ts";
import { maskedField, masking } from "./config-masking.ts";
import { rule } from "./config-rules.ts";
import { service } from "./config-services.ts";
import { retention } from "./config-retention.ts";
import { sink } from "./config-sinks.ts";
import { witness } from "./config-witnesses.ts";
import { configName as name, httpTarget, secretName, stdioTarget } from "../shared/target-config.ts";

const names = z.array(z.string().min(1));

const issuer = z.strictObject({
  name,
  kind: z.enum(["oidc", "entra", "okta"]),
  /** The `iss` of its tokens, exactly. */
  issuer: z.url(),
  /** Where its keys are; by default read from the issuer's metadata. */
  jwksUri: z.url().optional(),
  /** A PEM file with the authority that signed the issuer's TLS certificate, where the system doesn't know it. */
  ca: z.string().optional(),
  audience: z.string().min(1),
  /** Client ids that may obtain tokens for the gateway (`azp`, `appid`, `cid` or `client_id`). */
  clients: names.min(1),
  /** Entra: the tenants (`tid`) that are let in. */
  tenants: names.optional(),
  groupsClaim: z.string().min(1).default("groups"),
  /** Entra: how the groups of people with too many for a token are asked for. */
  graph: z
    .strictObject({
      clientId: z.string().min(1),
      clientSecret: secretName,
      url: z.url().default("https://graph.microsoft.com/v1.0"),
    })
    .optional(),
  /** Subjects (`sub`) of workload tokens that name no client, such as a Kubernetes service account's: each is a service. */
  workloads: names.optional(),
  /** What clients are told about signing in (`/.well-known/countersign`). */
  signIn: provider.optional(),
});

/** `sessions`: requests of a session bound to a device. `provider-tokens`: those, and the provider's own tokens as bearers. */
const accepts = z.enum(["sessions", "provider-tokens"]);

const connection = z
  .strictObject({
    name,
    title: z.string().optional(),
    stdio: stdioTarget.optional(),
    http: httpTarget.optional(),
    /** The agent that makes the last hop; how it reaches the target, and the credentials, stand in its own agent.yaml. */
    agent: name.optional(),
    /** Fields, by name or path (any depth, case-insensitive), masked on this connection besides `masking.fields`. */
    fields: z.array(maskedField).default([]),
    /** How long a target may take to answer. */
    timeout: duration.default(60_000),
    accepts: accepts.optional(),
  })
  .refine(
    ({ stdio, http, agent }) => [stdio, http, agent].filter((each) => each !== undefined).length === 1,
    "A connection needs exactly one of stdio, http and agent",
  );

/** gateway.yaml, the gateway's one configuration file. */
export const configSchema = z.strictObject({
  version: z.literal(1),
  listen: z.strictObject({
    host: z.string().default("127.0.0.1"),
    /** 0: any free port. */
    port: z.number().int().min(0).max(65535),
    /** PEM files. Plain HTTP is served on loopback only (rule 2). */
    tls: z.strictObject({ cert: z.string(), key: z.string() }).optional(),
  }),
  /** The origin that clients reach, without a path; also the ledger's origin. */
  publicUrl: z.url(),
  /** The store's folder, and the folder of the signing and digest keys, which must lie outside it. Relative to this file. */
  data: z.string().min(1),
  keys: z.string().min(1),
  issuers: z.array(issuer).min(1),
  roles: z.strictObject({ admin: names.default([]), auditor: names.default([]) }).default({ admin: [], auditor: [] }),
  /** Each list joins the principal ids of one person. */
  identities: z.array(names.min(2)).default([]),
  /** Who answers for which service. */
  services: z.array(service).default([]),
  /** Agents that dial in: name, and Ed25519 public key (base64url) as `countersign agent --enrol` prints it. */
  agents: z
    .array(
      z.strictObject({
        name,
        key: z
          .string()
          .regex(/^[A-Za-z0-9_-]{43}$/, "Write the public key that countersign agent --enrol prints (43 characters)"),
      }),
    )
    .default([]),
  /** What connections that don't say otherwise take, and the API. */
  accepts: accepts.default("provider-tokens"),
  sessions: z
    .strictObject({
      /** How long a session lasts from one renewal to the next. */
      lasts: duration
        .refine((ms) => ms >= 30_000 && ms <= 3_600_000, "A session lasts from 30s to 1h")
        .default(300_000),
    })
    .default({ lasts: 300_000 }),
  devices: z
    .strictObject({
      /** Whether a device of a person who had one before decides nothing until it is confirmed. */
      secondWaits: z.boolean().default(true),
    })
    .default({ secondWaits: true }),
  connections: z.array(connection).min(1),
  rules: z.array(rule),
  masking,
  /** Who may read `/metrics`. Without a token: this machine alone, and only where publicUrl is loopback too. */
  metrics: z.strictObject({ token: secretName }).optional(),
  /** How long the bodies of the ledger's entries are kept; without it for ever. */
  retention,
  /** Where the ledger's entries go besides. */
  sinks: z.array(sink).default([]),
  /** Who else signs that the ledger only grew. */
  witnesses: z.array(witness).default([]),
  /** How long calls under way may take to end after SIGTERM. */
  drain: duration.default(20_000),
  approvals: z
    .strictObject({
      reuse: duration.default(600_000),
      /** How long a client that is not known is held before it is told to call again; `budgets` by the prefix of `clientInfo.name`. */
      budget: duration.default(50_000),
      budgets: z.record(z.string().min(1), duration).default({}),
      mostPending,
    })
    .default({ reuse: 600_000, budget: 50_000, budgets: {}, mostPending: 100 }),
  limits: z
    .strictObject({ bodyBytes: z.number().int().min(1024).default(4_194_304) })
    .default({ bodyBytes: 4_194_304 }),
});

export type Config = z.infer<typeof configSchema>;
export type IssuerConfig = Config["issuers"][number];
export type AgentConfig = Config["agents"][number];
export type ConnectionConfig = Config["connections"][number];
export type RuleConfig = Config["rules"][number];
