import type { Provider as SignInProvider } from "../../shared/provider.ts";
import type { Person } from "./people.ts";

/** JWT claims as they are issued. */
type Claims = Readonly<Record<string, unknown>>;

/** What is known when an access token is made. Times in seconds since the epoch. */
interface AccessTokenFacts {
  readonly person: Person;
  readonly clientId: string;
  /** Scopes of the gateway's API that were granted, space-separated. */
  readonly scope: string;
  readonly authTime: number | undefined;
  /** The context class that the sign-in met, and its methods. */
  readonly acr: string | undefined;
  readonly amr: readonly string[] | undefined;
  readonly issuedAt: number;
}

/** How one kind of provider looks from outside: its addresses, its client, its claims. */
export interface Shape {
  readonly kind: SignInProvider["kind"];
  readonly issuer: string;
  /** `aud` of access tokens. */
  readonly audience: string;
  /** What oidc-provider knows the gateway's API by: an absolute URI. */
  readonly resource: string;
  readonly resourceScope: string;
  /** Whether the client names the resource itself (RFC 8707), or every token is for the gateway. */
  readonly resourceIsAsked: boolean;
  readonly clientId: string;
  readonly tenantId: string | null;
  readonly routes: Readonly<Record<string, string>>;
  readonly client: Readonly<Record<string, unknown>>;
  /** Which claims of the id token each scope opens. */
  readonly claims: Readonly<Record<string, readonly string[]>>;
  /** `typ` of access tokens; RFC 9068 says at+jwt, not everybody does it. */
  readonly accessTokenType: string;
  /** What a client is configured with. */
  readonly signIn: SignInProvider;
  /** Claims of a token that a service obtained for itself, as `accessTokenClaims`. */
  serviceTokenClaims(facts: Pick<AccessTokenFacts, "clientId" | "scope" | "issuedAt">): Claims;
  /** `sub` of id tokens. */
  accountId(person: Person): string;
  idTokenClaims(person: Person): Claims;
  /** Claims besides `iss`, `aud`, `iat`, `exp` and `jti`. */
  accessTokenClaims(facts: AccessTokenFacts): Claims;
}
