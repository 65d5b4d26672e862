/** oidc-provider ships no types; this declares the part that we use, as its documentation states it. */
declare module "oidc-provider" {
  import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";

  export interface StoredModel {
    readonly grantId?: string;
    readonly uid?: string;
    readonly userCode?: string;
    readonly [field: string]: unknown;
  }

  export interface Adapter {
    upsert(id: string, payload: StoredModel, expiresInSeconds?: number): Promise<void>;
    find(id: string): Promise<StoredModel | undefined>;
    findByUid(uid: string): Promise<StoredModel | undefined>;
    findByUserCode(userCode: string): Promise<StoredModel | undefined>;
    consume(id: string): Promise<void>;
    destroy(id: string): Promise<void>;
    revokeByGrantId(grantId: string): Promise<void>;
  }

  /** How the person signed in, as a grant's entities keep it; seconds. */
  export interface SignedIn {
    readonly authTime?: number;
    readonly acr?: string;
    readonly amr?: readonly string[];
  }

  export interface Context {
    body: unknown;
    set(headers: Readonly<Record<string, string>>): void;
    readonly oidc: {
      readonly route?: string;
      readonly issuer: string;
      readonly params?: Readonly<Record<string, unknown>>;
      readonly entities: {
        readonly AuthorizationCode?: SignedIn;
        readonly DeviceCode?: SignedIn;
        readonly RefreshToken?: SignedIn;
      };
    };
  }

  export interface AccessTokenModel {
    readonly kind: string;
    readonly accountId: string;
    readonly clientId: string;
  }

  export interface Interaction {
    readonly uid: string;
    readonly params: Readonly<Record<string, unknown>>;
  }

  export interface Grant {
    addOIDCScope(scope: string): void;
    addResourceScope(resource: string, scope: string): void;
    save(): Promise<string>;
  }

  export interface ResourceServer {
    readonly scope: string;
    readonly audience: string;
    readonly accessTokenFormat: "jwt";
    readonly jwt: { readonly sign: { readonly alg: string } };
  }

  /** The configuration object; its many members are described at `docs/README.md` of oidc-provider. */
  export type Configuration = Readonly<Record<string, unknown>>;

  export const errors: {
    /** An OAuth error of one's own code, answered with status 400. */
    readonly CustomOIDCProviderError: new (code: string, description: string) => Error;
  };

  export class Provider {
    constructor(issuer: string, configuration: Configuration);
    readonly issuer: string;
    readonly Grant: new (of: { readonly accountId: string; readonly clientId: string }) => Grant;
    callback(): RequestListener;
    use(middleware: (context: Context, next: () => Promise<void>) => Promise<void>): this;
    on(event: string, listener: (...details: readonly unknown[]) => void): this;
    interactionDetails(request: IncomingMessage, response: ServerResponse): Promise<Interaction>;
    /** Answers with the redirect that takes the browser back into the authorization request. */
    interactionFinished(
      request: IncomingMessage,
      response: ServerResponse,
      result: Readonly<Record<string, unknown>>,
      options?: { readonly mergeWithLastSubmission: boolean },
    ): Promise<void>;
  }
}
