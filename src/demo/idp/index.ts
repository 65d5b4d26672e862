import type { RequestListener } from "node:http";
import type { Provider as SignInProvider } from "../../shared/provider.ts";
import { makeServerCertificate } from "./certificate.ts";
import { entraShape } from "./entra-shape.ts";
import { createIssuer } from "./issuer.ts";
import { failingBy, freePorts, listen } from "./listener.ts";
import { oidcShape } from "./oidc-shape.ts";
import { oktaShape } from "./okta-shape.ts";
import { demoPeople, type Person } from "./people.ts";
import { makeServices, type Services } from "./services.ts";
import type { Shape } from "./shape.ts";
import { initialSwitches, type Switches } from "./switches.ts";

export interface IdentityProviderOptions {
  /** `aud` of the plain and the Okta-shaped issuer's access tokens, an absolute URI; by default `api://countersign`. */
  readonly audience?: string;
  /** People besides the engineer and the approver. */
  readonly people?: readonly Person[];
  /** Fixed ports; by default the system chooses. `okta` are the ports of the client's redirect addresses. */
  readonly ports?: { readonly http?: number; readonly https?: number; readonly okta?: readonly number[] };
  readonly switches?: Partial<Switches>;
  /** Whether the plain issuer speaks TLS as the others do, with the same authority. */
  readonly isPlainOverTls?: boolean;
}

/** What gateway.yaml says about an issuer (`issuer`, `audience`, `clients`, `tenants`), and what tests turn. */
export interface DemoIssuer {
  readonly kind: SignInProvider["kind"];
  readonly issuer: string;
  readonly jwksUri: string;
  readonly audience: string;
  readonly clientId: string;
  /** Entra's `tid`. */
  readonly tenantId: string | null;
  readonly signIn: SignInProvider;
  /** Live: an assignment holds from the next request on. */
  readonly switches: Switches;
  /** The key of a person in the gateway's principal ids: `sub`, `tid:oid` or `uid`. */
  principalKey(personId: string): string;
  /** Forgets every refresh token; the next refresh is `invalid_grant`. */
  readonly endRefreshTokens: () => void;
}

export interface IdentityProvider {
  readonly people: readonly Person[];
  /** The same at all three issuers. */
  readonly services: Services;
  /** PEM of the throw-away authority that signed the certificate of `entra` and `okta`; `oidc` speaks plain HTTP unless said. */
  readonly ca: string;
  readonly oidc: DemoIssuer;
  readonly entra: DemoIssuer;
  readonly okta: DemoIssuer;
  /** Ends every connection and frees the ports. */
  close(): Promise<void>;
}

/** Starts three real issuers on loopback: plain OIDC over HTTP, Entra-shaped and Okta-shaped over HTTPS. */
export async function startIdentityProvider(options: IdentityProviderOptions = {}): Promise<IdentityProvider> {
  const people = [...demoPeople, ...(options.people ?? [])];
  const audience = options.audience ?? "api://countersign";
  const certificate = makeServerCertificate(Date.now());
  const services = makeServices();
  const plainRoutes = new Map<string, RequestListener>();
  const tlsRoutes = new Map<string, RequestListener>();
  const plainTls = options.isPlainOverTls === true ? certificate : undefined;
  const plain = await listen(options.ports?.http ?? 0, routed(plainRoutes), plainTls);
  const tls = await listen(options.ports?.https ?? 0, routed(tlsRoutes), certificate);
  const origin = `https://localhost:${tls.port}`;

  const open = async (shape: Shape, routes: Map<string, RequestListener>): Promise<DemoIssuer> => {
    const switches = initialSwitches(options.switches);
    const issuer = await createIssuer(shape, people, switches, services);
    routes.set(new URL(shape.issuer).pathname, failingBy(switches, issuer.handle));
    return describe(shape, people, switches, issuer.endRefreshTokens);
  };
  const [oidc, entra, okta] = await Promise.all([
    open(oidcShape(`${plainTls === undefined ? "http" : "https"}://127.0.0.1:${plain.port}`, audience), plainRoutes),
    open(entraShape(origin), tlsRoutes),
    open(oktaShape(origin, audience, options.ports?.okta ?? (await freePorts(3))), tlsRoutes),
  ]);
  const close = async (): Promise<void> => void (await Promise.all([plain.close(), tls.close()]));
  return { people, services, ca: certificate.ca, oidc, entra, okta, close };
}

function describe(
  shape: Shape,
  people: readonly Person[],
  switches: Switches,
  endRefreshTokens: () => void,
): DemoIssuer {
  const { kind, issuer, audience, clientId, tenantId, signIn } = shape;
  const jwksUri = `${issuer}${shape.routes["jwks"] ?? "/jwks"}`;
  const principalKey = (personId: string): string => {
    const person = people.find(({ id }) => id === personId);
    if (person === undefined) throw new Error(`nobody here is called ${personId}`);
    return tenantId === null ? shape.accountId(person) : `${tenantId}:${shape.accountId(person)}`;
  };
  return { kind, issuer, jwksUri, audience, clientId, tenantId, signIn, switches, principalKey, endRefreshTokens };
}

/** Sends each request to the issuer whose path it begins with. */
function routed(routes: ReadonlyMap<string, RequestListener>): RequestListener {
  return (request, response) => {
    const url = request.url ?? "";
    const found = [...routes].find(([mount]) => mount === "/" || url.startsWith(`${mount}/`));
    if (found) found[1](request, response);
    else response.writeHead(404, { "content-type": "text/plain" }).end("no such issuer");
  };
}
