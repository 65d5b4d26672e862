import type { PrincipalView, Role } from "../../shared/principal.ts";

/** Who calls, as a verified token says. */
export interface Principal extends PrincipalView {
  /** Name of the issuer in gateway.yaml. */
  readonly issuer: string;
  /** The same for all identities of one human or service (`identities:`), else the id. */
  readonly person: string;
  readonly roles: readonly Role[];
  /** The OAuth client that obtained the token. */
  readonly clientId: string;
  readonly expiresAtMs: number;
  /** When the person last signed in (`auth_time`), null where the token doesn't say. */
  readonly authenticatedAtMs: number | null;
  /** How strongly the person was authenticated (`acr`), in the issuer's own words; absent where the token doesn't say. */
  readonly assurance?: string;
  /** Context classes that the sign-in met: `acr`, and of Entra its authentication contexts (`acrs`); absent where the token names none. */
  readonly contexts?: readonly string[];
  /** By what the person was authenticated (`amr`, RFC 8176); absent where the token doesn't say. */
  readonly methods?: readonly string[];
  /** Thumbprint of the key that the issuer bound the token to (`cnf.jkt`, RFC 9449, section 6.1); absent where it bound it to none. */
  readonly confirmedKey?: string;
}

/** Token → principal. */
export interface TokenVerifier {
  /** Throws CountersignError: `token_missing`, `token_invalid`, `token_expired`, `wrong_audience`, … */
  verify(token: string | undefined): Promise<Principal>;
  /** Whether the keys of some issuer are known; asks for them where none are. */
  ready(): Promise<boolean>;
  /** Issuers of which no keys are known so far, by their names in gateway.yaml: nobody of theirs is let in. */
  unknown(): readonly string[];
  close(): void;
}
