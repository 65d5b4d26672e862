import type { EntryFacts } from "../../shared/audit-search.ts";
import type { JsonObject } from "../../shared/json.ts";

/** The version of the Open Cybersecurity Schema Framework that events are written in (schema.ocsf.io). */
const ocsfVersion = "1.6.0";

const classes = {
  api: { class_uid: 6003, class_name: "API Activity", category_uid: 6, category_name: "Application Activity" },
  authentication: {
    class_uid: 3002,
    class_name: "Authentication",
    category_uid: 3,
    category_name: "Identity & Access Management",
  },
  entity: {
    class_uid: 3004,
    class_name: "Entity Management",
    category_uid: 3,
    category_name: "Identity & Access Management",
  },
} as const;

/** An activity of a class, by OCSF's number and name. */
type Activity = readonly [id: number, name: string];

const read: Activity = [2, "Read"];
const update: Activity = [3, "Update"];
const other = (name: string): Activity => [99, name];

export interface OcsfEntry {
  /** The ledger's origin. */
  readonly origin: string;
  readonly seq: number;
  readonly atMs: number;
  readonly kind: string;
  readonly leaf: string;
  readonly facts: EntryFacts;
  /** The masked body; null where it was erased, or is longer than goes along. */
  readonly body: JsonObject | null;
  readonly isErased?: boolean;
}

/** An entry as OCSF has it: calls as API Activity, sign-ins and refused tokens as Authentication, all else as Entity Management. */
export function ocsfOf(entry: OcsfEntry): JsonObject {
  const { origin, seq, atMs, kind, leaf, facts, body, isErased = false } = entry;
  const group = groupOf(kind);
  const [activityId, activityName] = activityOf(kind, facts);
  const success = succeeded(kind, facts);
  return {
    ...classes[group],
    activity_id: activityId,
    activity_name: activityName,
    type_uid: classes[group].class_uid * 100 + activityId,
    type_name: `${classes[group].class_name}: ${activityName}`,
    time: atMs,
    severity_id: severityOf(kind, facts),
    status_id: success === null ? 0 : success ? 1 : 2,
    ...(facts.outcome === null ? {} : { status_detail: facts.outcome }),
    metadata: {
      version: ocsfVersion,
      product: { name: "Countersign", vendor_name: "Countersign" },
      uid: `${origin}#${seq}`,
      sequence: seq,
      event_code: kind,
      log_name: "ledger",
      log_provider: origin,
      ...(facts.call === null ? {} : { correlation_uid: facts.call }),
    },
    actor: actorOf(facts),
    ...(facts.device === null ? {} : { device: { uid: facts.device, type_id: 0 } }),
    ...particulars(group, kind, facts),
    // What OCSF has no place for: the leaf is what a proof of inclusion is over.
    unmapped: { leaf, ...decided(facts), ...(body === null ? {} : { body }), ...(isErased ? { erased: true } : {}) },
  };
}

/** 1: informational, 2: low, 3: medium, 4: high. */
export function severityOf(kind: string, { risk }: EntryFacts): number {
  if (kind === "gateway.unclean_stop" || kind.endsWith(".refused") || kind === "config.rejected") return 3;
  if (kind === "approval.pending") return risk === "critical" || risk === "high" ? 4 : risk === "medium" ? 3 : 2;
  return 1;
}

function groupOf(kind: string): keyof typeof classes {
  if (/^(call|target)\./.test(kind)) return "api";
  return /^(auth\.|gateway-session\.|principal\.seen)/.test(kind) ? "authentication" : "entity";
}

function activityOf(kind: string, { method }: EntryFacts): Activity {
  switch (groupOf(kind)) {
    case "api":
      return method === "tools/call" || method === null ? other("Call") : read;
    case "authentication":
      return /ended|revoked/.test(kind) ? [2, "Logoff"] : [1, "Logon"];
    case "entity":
      return entityActivity(kind);
    default:
      return other("Other");
  }
}

function entityActivity(kind: string): Activity {
  if (/\.(created|pending|enrolled|opened|seen|declared|connected|started)$/.test(kind)) return [1, "Create"];
  if (kind === "ledger.read") return read;
  if (/\.(revoked|removed|ended|closed|disconnected|stopped)$/.test(kind)) return [4, "Delete"];
  return update;
}

function succeeded(kind: string, { outcome }: EntryFacts): boolean | null {
  if (kind.endsWith(".refused") || kind === "config.rejected") return false;
  if (kind === "call.response") return outcome === "ok";
  return null;
}

function actorOf({ principal, name, principalKind, by, client, session }: EntryFacts): JsonObject {
  const uid = by ?? principal;
  return {
    ...(uid === null
      ? { app_name: "Countersign" }
      : {
          user: {
            uid,
            ...(uid === principal && name !== null ? { name } : {}),
            ...(uid !== principal || principalKind === null
              ? {}
              : principalKind === "user"
                ? { type_id: 1, type: "User" }
                : { type_id: 99, type: "Service" }),
          },
        }),
    ...(client === null ? {} : { app_name: client }),
    ...(session === null ? {} : { session: { uid: session } }),
  };
}

function particulars(group: keyof typeof classes, kind: string, facts: EntryFacts): JsonObject {
  const { address, tool, method, connection, call, approval, device, outcome } = facts;
  const endpoint = { src_endpoint: address === null ? { name: "unknown" } : { ip: address } };
  if (group === "api") {
    const operation = tool ?? method ?? kind;
    return {
      ...endpoint,
      api: {
        operation,
        ...(connection === null ? {} : { service: { name: connection } }),
        ...(call === null ? {} : { request: { uid: call } }),
        ...(kind === "call.response" && outcome !== null ? { response: { message: outcome } } : {}),
      },
      ...(facts.ms === null ? {} : { duration: Math.round(facts.ms) }),
    };
  }
  if (group === "authentication") return { ...endpoint, user: actorOf(facts)["user"] ?? { name: "unknown" } };
  const [type = kind] = kind.split(".");
  return { entity: { type, name: tool ?? connection ?? type, uid: approval ?? device ?? call ?? type } };
}

function decided({ rule, effect, risk, approval }: EntryFacts): JsonObject {
  return {
    ...(rule === null ? {} : { rule }),
    ...(effect === null ? {} : { effect }),
    ...(risk === null ? {} : { risk }),
    ...(approval === null ? {} : { approval }),
  };
}
