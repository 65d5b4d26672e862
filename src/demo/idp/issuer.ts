import { randomBytes } from "node:crypto";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { Provider, type Context } from "oidc-provider";
import { configure, sessionCookie } from "./configuration.ts";
import { handleInteraction } from "./interaction.ts";
import type { Person } from "./people.ts";
import type { Shape } from "./shape.ts";
import { createStorage } from "./storage.ts";
import type { Switches } from "./switches.ts";

/** One issuer, to be mounted at its issuer's path. */
export interface Issuer {
  readonly handle: RequestListener;
  readonly endRefreshTokens: () => void;
}

/** A real oidc-provider of the given shape. */
export async function createIssuer(shape: Shape, people: readonly Person[], switches: Switches): Promise<Issuer> {
  const storage = createStorage();
  const configuration = await configure(shape, people, switches, storage);
  const provider = new Provider(shape.issuer, configuration);
  if (shape.kind === "entra") provider.use((context, next) => addClientInfo(context, next, shape));
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
    // The way Express mounts: oidc-provider finds its base path by comparing the two.
    const url = asks ? withConsent(inside, shape) : inside;
    Object.assign(request, { originalUrl: `${mount}${url}`, url });
    callback(request, response);
  };
  return { handle, endRefreshTokens: storage.endRefreshTokens };
}

/** MSAL names an account by `client_info`, which Entra sends beside every token. */
async function addClientInfo(context: Context, next: () => Promise<void>, shape: Shape): Promise<void> {
  await next();
  const body = context.body;
  if (context.oidc?.route !== "token" || typeof body !== "object" || body === null || !("id_token" in body)) return;
  const payload = String(body.id_token).split(".")[1] ?? "";
  const { oid } = JSON.parse(Buffer.from(payload, "base64url").toString()) as { readonly oid: string };
  const info = Buffer.from(JSON.stringify({ uid: oid, utid: shape.tenantId })).toString("base64url");
  context.body = { ...body, client_info: info };
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
  return `${url.pathname}${url.search}`;
}
