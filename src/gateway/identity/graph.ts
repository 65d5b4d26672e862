import { readFile } from "node:fs/promises";
import { Agent, request } from "undici";
import { z } from "zod";
import { CountersignError } from "../../shared/errors.ts";
import type { IssuerConfig } from "../config-schema.ts";

/** Whose groups are asked for: the object id, and whether that is a person or an application. */
interface GraphSubject {
  readonly oid: string;
  readonly kind: "user" | "service";
}

/** The groups of an Entra tenant's members, for tokens that say there are too many to list. */
export interface Graph {
  /** Object ids of all groups that the subject is in, also through others. Throws `issuer_unreachable`: unknown is never empty. */
  groupsOf(subject: GraphSubject): Promise<readonly string[]>;
  close(): void;
}

export interface GraphOptions {
  readonly now: () => number;
  /** The value behind a secret's name. */
  readonly secret: (name: string) => Promise<string>;
}

const timeoutMs = 5000;
/** As long as that a person who left a group may still count as in it; their token itself lives longer. */
const freshMs = 300_000;
const retryMs = 1000;
const mostKnown = 5000;
const largestAnswer = 1_000_000;

const tokenAnswer = z.object({ access_token: z.string().min(1), expires_in: z.coerce.number().positive() });
const groupsAnswer = z.object({ value: z.array(z.string()) });

interface Known {
  readonly groups: readonly string[];
  readonly atMs: number;
}

/** Asks Microsoft Graph (`getMemberGroups`) with the gateway's own application token. */
export function openGraph(issuer: IssuerConfig, settings: GraphSettings, options: GraphOptions): Graph {
  const { now } = options;
  const known = new Map<string, Known>();
  const asking = new Map<string, Promise<Known>>();
  let failed: { readonly error: CountersignError; readonly atMs: number } | null = null;
  const wire = openWire(issuer, settings, options);

  async function ask(subject: GraphSubject): Promise<Known> {
    if (failed !== null && now() < failed.atMs + retryMs) throw failed.error;
    try {
      const found = { groups: await wire.memberGroups(subject), atMs: now() };
      failed = null;
      known.set(subject.oid, found);
      const oldest = known.keys().next();
      if (known.size > mostKnown && !oldest.done) known.delete(oldest.value);
      return found;
    } catch (cause) {
      const error = unknownGroups(issuer, cause);
      failed = { error, atMs: now() };
      throw error;
    }
  }

  return {
    async groupsOf(subject) {
      const had = known.get(subject.oid);
      if (had !== undefined && now() < had.atMs + freshMs) return had.groups;
      known.delete(subject.oid);
      const under = asking.get(subject.oid) ?? ask(subject).finally(() => asking.delete(subject.oid));
      asking.set(subject.oid, under);
      return (await under).groups;
    },
    close: () => wire.close(),
  };
}

type GraphSettings = NonNullable<IssuerConfig["graph"]>;

interface Wire {
  memberGroups(subject: GraphSubject): Promise<readonly string[]>;
  close(): void;
}

function openWire(issuer: IssuerConfig, settings: GraphSettings, { now, secret }: GraphOptions): Wire {
  let agent: Agent | null = null;
  let token: { readonly value: string; readonly untilMs: number } | null = null;

  async function post(url: string, headers: Record<string, string>, body: string): Promise<unknown> {
    agent ??= await agentFor(issuer);
    const signal = AbortSignal.timeout(timeoutMs);
    const answer = await request(url, { dispatcher: agent, method: "POST", headers, body, signal });
    const text = await answer.body.text();
    if (answer.statusCode === 401) throw new Turned(url, claimsIn(answer.headers["www-authenticate"]));
    // Their own words may quote the request: the status alone is told.
    if (answer.statusCode !== 200) throw new Error(`${new URL(url).host} answered ${answer.statusCode}`);
    return JSON.parse(text);
  }

  /** `claims`: what a new one must bring. */
  async function ownToken(claims: string | null): Promise<string> {
    if (token !== null && now() < token.untilMs) return token.value;
    const form = new URLSearchParams({
      grant_type: "client_credentials",
      client_id: settings.clientId,
      client_secret: await secret(settings.clientSecret),
      scope: `${new URL(settings.url).origin}/.default`,
      ...(claims === null ? {} : { claims }),
    });
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const told = tokenAnswer.parse(await post(tokenUrl(issuer), headers, form.toString()));
    // Used up a fifth before its end.
    token = { value: told.access_token, untilMs: now() + told.expires_in * 800 };
    return token.value;
  }

  async function ask({ oid, kind }: GraphSubject, claims: string | null): Promise<readonly string[]> {
    const collection = kind === "user" ? "users" : "servicePrincipals";
    const headers = { authorization: `Bearer ${await ownToken(claims)}`, "content-type": "application/json" };
    const url = `${settings.url}/${collection}/${encodeURIComponent(oid)}/getMemberGroups`;
    // It answers all ids at once, up to 11,000, and refuses beyond that.
    return groupsAnswer.parse(await post(url, headers, JSON.stringify({ securityEnabledOnly: false }))).value;
  }

  return {
    async memberGroups(subject) {
      const before = token;
      try {
        return await ask(subject, null);
      } catch (error) {
        // Continuous access evaluation: a token may be taken back before its time. Only a new one is tried once more.
        if (!(error instanceof Turned) || before === null) throw error;
        if (token === before) token = null;
        return await ask(subject, error.claims);
      }
    },
    close: () => void agent?.destroy(),
  };
}

/** `401`, with what Entra wants of the next token, where it says so (a claims challenge). */
class Turned extends Error {
  readonly claims: string | null;

  constructor(url: string, claims: string | null) {
    super(`${new URL(url).host} answered 401`);
    this.claims = claims;
  }
}

function claimsIn(challenge: string | string[] | undefined): string | null {
  const encoded = /\bclaims="([A-Za-z0-9+/_-]{1,4000}={0,2})"/.exec(String(challenge))?.[1];
  return encoded === undefined ? null : Buffer.from(encoded, "base64").toString("utf8");
}

/** Version 2.0 issuers stand beside their token endpoint; those of version 1.0 (sts.windows.net) at the public cloud's. */
function tokenUrl({ issuer, tenants }: IssuerConfig): string {
  if (issuer.endsWith("/v2.0")) return `${issuer.slice(0, -"/v2.0".length)}/oauth2/v2.0/token`;
  return `https://login.microsoftonline.com/${tenants?.[0] ?? "organizations"}/oauth2/v2.0/token`;
}

async function agentFor(issuer: IssuerConfig): Promise<Agent> {
  const ca = issuer.ca === undefined ? {} : { ca: await readFile(issuer.ca, "utf8") };
  return new Agent({ connect: { ...ca, timeout: timeoutMs }, keepAliveTimeout: 1000, maxResponseSize: largestAnswer });
}

function unknownGroups(issuer: IssuerConfig, cause: unknown): CountersignError {
  const message =
    `The caller has too many groups for their token, and Microsoft Graph did not tell them; see whether the gateway reaches it, and whether ` +
    `the application of graph: at the issuer "${issuer.name}" may read members (GroupMember.Read.All).`;
  return new CountersignError("issuer_unreachable", message, { cause });
}
