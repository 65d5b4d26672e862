import { generateKeyPair, randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { errors, type AccessTokenModel, type Configuration, type Context } from "oidc-provider";
import { pageHeaders, providerPage } from "./page.ts";
import type { Person } from "./people.ts";
import { serviceClients, type Services } from "./services.ts";
import type { Shape } from "./shape.ts";
import type { Storage } from "./storage.ts";
import type { Switches } from "./switches.ts";

/** The configuration object of oidc-provider for one issuer, with a new signing key. */
export async function configure(
  shape: Shape,
  people: readonly Person[],
  switches: Switches,
  storage: Storage,
  services: Services,
): Promise<Configuration> {
  const { privateKey } = await promisify(generateKeyPair)("rsa", { modulusLength: 2048 });
  const byAccount = new Map(people.map((person) => [shape.accountId(person), person]));
  return {
    adapter: (model: string) => storage.adapterFor(model),
    jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), use: "sig", alg: "RS256" }] },
    clients: [
      {
        client_id: shape.clientId,
        client_name: "Countersign",
        token_endpoint_auth_method: "none",
        grant_types: ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"],
        response_types: ["code"],
        require_auth_time: true,
        ...shape.client,
      },
      ...serviceClients(services),
    ],
    routes: shape.routes,
    scopes: ["openid", "profile", "email", "offline_access"],
    claims: shape.claims,
    acrValues: [...switches.contexts],
    conformIdTokenClaims: false,
    features: features(shape),
    enabledJWA: { clientAuthSigningAlgValues: ["RS256", "PS256", "ES256"] },
    formats: { customizers: { jwt: reshapeAccessToken(shape, byAccount) } },
    findAccount: (context: Context, id: string) => {
      // Asked before a refresh token is rotated: a refusal leaves it good.
      if (switches.demand !== null && context.oidc.params?.["grant_type"] === "refresh_token") {
        throw new errors.CustomOIDCProviderError("interaction_required", "More is asked of this sign-in.");
      }
      return account(shape, byAccount.get(id), id);
    },
    interactions: {
      url: (_context: Context, interaction: { readonly uid: string }) =>
        `${new URL(shape.issuer).pathname.replace(/\/$/, "")}/interaction/${interaction.uid}`,
    },
    // Two providers share one host, and cookies know no ports.
    cookies: {
      keys: [randomBytes(32).toString("hex")],
      names: {
        session: sessionCookie(shape),
        interaction: `${shape.kind}_interaction`,
        resume: `${shape.kind}_resume`,
      },
    },
    expiresWithSession: async () => false,
    rotateRefreshToken: true,
    ttl: lifetimes(switches),
    clientBasedCORS: () => false,
    renderError: (context: Context, out: { readonly error: string; readonly error_description?: string }) =>
      answerPage(context, "Sign-in could not go on", [out.error_description ?? out.error]),
  };
}

function features(shape: Shape): Configuration {
  return {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    deviceFlow: { enabled: true, ...codePages },
    revocation: { enabled: true, allowedPolicy: revokesItsOwn },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: (context: Context, form: string) =>
        answerPage(context, "Sign out of the demo’s sign-in provider?", [], {
          form,
          button:
            '<button class="person" type="submit" form="op.logoutForm" value="yes" name="logout">Sign out</button>',
        }),
      postLogoutSuccessSource: (context: Context) => answerPage(context, "You are signed out", []),
    },
    resourceIndicators: {
      enabled: true,
      defaultResource: async (_context: Context, _client: unknown, oneOf?: string) =>
        oneOf ?? (shape.resourceIsAsked ? undefined : shape.resource),
      useGrantedResource: async () => true,
      getResourceServerInfo: async () => ({
        scope: shape.resourceScope,
        audience: shape.audience,
        accessTokenFormat: "jwt",
        jwt: { sign: { alg: "RS256" } },
      }),
    },
  };
}

/** The pages of the device authorization grant: the code is typed, or came with the address and is confirmed. */
const codePages = {
  userCodeInputSource: (context: Context, form: string) =>
    answerPage(context, "Enter the code", ["Countersign shows it where you started to sign in."], {
      form,
      button:
        '<p><input name="user_code" form="op.deviceInputForm" autocomplete="off" aria-label="Code"></p>' +
        '<button class="person" type="submit" form="op.deviceInputForm">Go on</button>',
    }),
  userCodeConfirmSource: (context: Context, form: string, _client: unknown, _device: unknown, userCode: string) =>
    answerPage(context, "Is this your code?", [`Go on only if Countersign shows you ${userCode}.`], {
      form,
      button: '<button class="person" type="submit" form="op.deviceConfirmForm">It is</button>',
    }),
  successSource: (context: Context) => answerPage(context, "You are signed in", ["You can close this page."]),
};

function revokesItsOwn(
  _context: Context,
  client: { readonly clientId: string },
  token: { readonly clientId: string },
): boolean {
  return client.clientId === token.clientId;
}

/** All lifetimes in seconds. */
function lifetimes(switches: Switches): Configuration {
  const day = 86_400;
  return {
    AccessToken: () => switches.accessTokenSeconds,
    ClientCredentials: () => switches.accessTokenSeconds,
    RefreshToken: () => switches.refreshTokenSeconds,
    AuthorizationCode: () => 60,
    DeviceCode: () => 600,
    IdToken: () => 3600,
    Interaction: () => 3600,
    Session: () => day,
    Grant: () => 30 * day,
  };
}

function account(shape: Shape, person: Person | undefined, id: string): unknown {
  if (person === undefined) return undefined;
  return { accountId: id, claims: async () => ({ sub: id, ...shape.idTokenClaims(person) }) };
}

function reshapeAccessToken(shape: Shape, byAccount: ReadonlyMap<string, Person>) {
  return (
    context: Context,
    token: AccessTokenModel,
    jwt: { header: unknown; payload: { [claim: string]: unknown } },
  ): void => {
    const { iss, aud, iat, exp, jti, scope } = jwt.payload;
    if (token.kind === "ClientCredentials") {
      const own = shape.serviceTokenClaims({
        clientId: token.clientId,
        scope: typeof scope === "string" ? scope : "",
        issuedAt: Number(iat),
      });
      jwt.header = { typ: shape.accessTokenType };
      jwt.payload = { iss, aud, iat, exp, jti, ...own };
      return;
    }
    const person = byAccount.get(token.accountId);
    if (person === undefined) return;
    const { AuthorizationCode: code, DeviceCode: device, RefreshToken: refresh } = context.oidc.entities;
    const signedIn = code ?? device ?? refresh;
    const facts = {
      person,
      clientId: token.clientId,
      scope: typeof scope === "string" ? scope : "",
      authTime: signedIn?.authTime,
      acr: signedIn?.acr,
      amr: signedIn?.amr,
      issuedAt: Number(iat),
    };
    jwt.header = { typ: shape.accessTokenType };
    jwt.payload = { iss, aud, iat, exp, jti, ...shape.accessTokenClaims(facts) };
  };
}

/** The cookie by which oidc-provider remembers who signed in. */
export function sessionCookie(shape: Shape): string {
  return `${shape.kind}_session`;
}

function answerPage(
  context: Context,
  title: string,
  paragraphs: readonly string[],
  trusted?: { readonly form: string; readonly button: string },
): void {
  context.set(pageHeaders);
  context.body = providerPage({ title, paragraphs, trustedHtml: trusted ? `${trusted.form}${trusted.button}` : "" });
}
