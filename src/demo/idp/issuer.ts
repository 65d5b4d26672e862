import { randomBytes } from "node:crypto";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { isDeepStrictEqual } from "node:util";
import { Provider, type Context } from "oidc-provider";
import { configure, sessionCookie } from "./configuration.ts";
import { handleInteraction } from "./interaction.ts";
import type { Person } from "./people.ts";
import type { Services } from "./services.ts";
import type { Shape } from "./shape.ts";
import { createStorage } from "./storage.ts";
import type { Switches } from "./switches.ts";

/** One issuer, to be mounted at its issuer's path. */
export interface Issuer {
  readonly handle: RequestListener;
  readonly endRefreshTokens: () => void;
}

/** A real oidc-provider of the given shape. */
export async function createIssuer(
  shape: Shape,
  people: readonly Person[],
  switches: Switches,
  services: Services,
): Promise<Issuer> {
  const storage = createStorage();
  const configuration = await configure(shape, people, switches, storage, services);
  const provider = new Provider(shape.issuer, configuration);
  if (shape.kind === "entra") provider.use((context, next) => demanding(context, next, switches));
  provider.use((context, next) =>
    afterTokens(context, next, (answer) => {
      const told = asTold(answer, shape);
      return switches.forgeIdTokens ? forged(told) : told;
    }),
  );
  provider.use((context, next) => pollingOften(context, next));
  const callback = provider.callback();
  const mount = new URL(shape.issuer).pathname.replace(/\/$/, "");
  const interactions = { provider, shape, people, switches, secret: randomBytes(32), mount };

  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    const inside = (request.url ?? "").slice(mount.length);
    if (inside.startsWith("/interaction/")) {
      void handleInteraction(interactions, request, response);
      return;
    }
    const asks = inside.startsWith(`${shape.routes["authorization"] ?? "/auth"}?`);
    if (asks) forgetEarlierSignIn(request, shape);
    if (asks && meets(inside, shape, switches.demand)) switches.demand = null;
    // The way Express mounts: oidc-provider finds its base path by comparing the two.
    const url = asks ? withConsent(inside, shape) : inside;
    Object.assign(request, { originalUrl: `${mount}${url}`, url });
    callback(request, response);
  };
  return { handle, endRefreshTokens: storage.endRefreshTokens };
}

/** Whether a sign-in asks for what was demanded; MSAL adds its own to the `claims` that it is given. */
function meets(target: string, shape: Shape, demand: string | null): boolean {
  const { searchParams } = new URL(target, shape.issuer);
  if (demand === null || shape.kind !== "entra") return searchParams.get("acr_values") === demand;
  const asked = accessTokenClaimsIn(searchParams.get("claims") ?? "{}");
  return isDeepStrictEqual({ ...asked, ...accessTokenClaimsIn(demand) }, asked);
}

function accessTokenClaimsIn(claims: string): object {
  const { access_token: wanted } = JSON.parse(claims) as { readonly access_token?: object };
  return wanted ?? {};
}

function contextIn(claims: object): string | null {
  const { acrs } = claims as { readonly acrs?: { readonly value?: unknown } };
  return typeof acrs?.value === "string" ? acrs.value : null;
}

type TokenAnswer = { readonly [member: string]: unknown; readonly id_token: string };

/** Changes what the token endpoint answers, where there is an id token. */
async function afterTokens(
  context: Context,
  next: () => Promise<void>,
  change: (answer: TokenAnswer) => TokenAnswer,
): Promise<void> {
  await next();
  const body = context.body;
  if (context.oidc?.route !== "token" || typeof body !== "object" || body === null) return;
  if ("id_token" in body && typeof body.id_token === "string") {
    context.body = change({ ...body, id_token: body.id_token });
  }
}

/** Entra names what it demands beside the refusal (claims challenge); others leave it to the resource server. */
async function demanding(context: Context, next: () => Promise<void>, { demand }: Switches): Promise<void> {
  await next();
  const body = context.body;
  if (demand === null || typeof body !== "object" || body === null || !("error" in body)) return;
  if (body.error === "interaction_required") context.body = { ...body, suberror: "basic_action", claims: demand };
}

/** Without it clients wait for five seconds between two questions (RFC 8628, section 3.2). */
async function pollingOften(context: Context, next: () => Promise<void>): Promise<void> {
  await next();
  const body = context.body;
  if (typeof body === "object" && body !== null && "device_code" in body) context.body = { ...body, interval: 0.2 };
}

/** What each kind tells besides what oidc-provider does. */
function asTold(answer: TokenAnswer, shape: Shape): TokenAnswer {
  switch (shape.kind) {
    case "oidc":
      return answer;
    case "entra":
      return withClientInfo(answer, shape);
    case "okta":
      // Okta lists every granted scope, oidc-provider those of the resource; the library refreshes with this list.
      return { ...answer, scope: shape.signIn.scope };
    default:
      return shape.kind satisfies never;
  }
}

/** MSAL names an account by `client_info`, which Entra sends beside every token. */
function withClientInfo(answer: TokenAnswer, shape: Shape): TokenAnswer {
  const [, payload = ""] = answer.id_token.split(".");
  const { oid } = JSON.parse(Buffer.from(payload, "base64url").toString()) as { readonly oid: string };
  const info = Buffer.from(JSON.stringify({ uid: oid, utid: shape.tenantId })).toString("base64url");
  return { ...answer, client_info: info };
}

/** The signature stays, so it no longer fits. */
function forged(answer: TokenAnswer): TokenAnswer {
  const [header = "", payload = "", signature = ""] = answer.id_token.split(".");
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as object;
  const changed = Buffer.from(JSON.stringify({ ...claims, name: "Mallory" })).toString("base64url");
  return { ...answer, id_token: `${header}.${changed}.${signature}` };
}

/** Two people of the demo may share one browser, so each sign-in asks anew who it is. */
function forgetEarlierSignIn(request: IncomingMessage, shape: Shape): void {
  const kept = (request.headers.cookie ?? "").split("; ").filter((cookie) => !cookie.startsWith(sessionCookie(shape)));
  request.headers.cookie = kept.join("; ");
}

/** Entra and Okta give refresh tokens without prompt=consent; oidc-provider keeps to the letter of OpenID Connect. */
function withConsent(target: string, shape: Shape): string {
  if (shape.kind === "oidc") return target;
  const url = new URL(target, shape.issuer);
  const prompts = new Set([...(url.searchParams.get("prompt") ?? "").split(" ").filter(Boolean), "consent"]);
  url.searchParams.set("prompt", [...prompts].join(" "));
  // What Entra is asked for by `claims`, oidc-provider is by acr_values.
  const context = contextIn(accessTokenClaimsIn(url.searchParams.get("claims") ?? "{}"));
  if (shape.kind === "entra" && context !== null) url.searchParams.set("acr_values", context);
  return `${url.pathname}${url.search}`;
}
