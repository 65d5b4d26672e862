import type { Config } from "./config-schema.ts";
import type { Accepts } from "./identity/admission.ts";
import type { TokenVerifier } from "./identity/principal.ts";
import type { Masker } from "./masking/masker.ts";
import type { OutputSchemas } from "./masking/output-schemas.ts";
import type { Policy } from "./policy/policy.ts";
import type { Target } from "../shared/target.ts";

/** A connection as the data path uses it. */
export interface Connection {
  readonly name: string;
  readonly title: string | null;
  readonly target: Target;
  /** How the configuration says the target is reached, as text: another one is another target, whatever it declares. */
  readonly place: string;
  readonly masker: Masker;
  readonly outputSchemas: OutputSchemas;
  /** How long the target may be silent, in milliseconds. */
  readonly timeoutMs: number;
  /** What its callers may show. */
  readonly accepts: Accepts;
  /** What was last seen of the target. */
  readonly facts: TargetFacts;
}

/** Changed as the target answers or fails; `server` is its own claim. */
interface TargetFacts {
  server: { readonly name: string; readonly version: string } | null;
  state: "ready" | "unknown" | "failed";
}

/** All that gateway.yaml decides. A reload replaces it whole; what is under way keeps the one it began with. */
export interface Runtime {
  readonly config: Config;
  readonly verifier: TokenVerifier;
  readonly policy: Policy;
  readonly connections: ReadonlyMap<string, Connection>;
}
