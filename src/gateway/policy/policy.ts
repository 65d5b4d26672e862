import type { ApproverStep, Presence, Risk } from "../../shared/approval.ts";
import type { ConstraintKind } from "../../shared/grant-offer.ts";
import type { Json, JsonObject } from "../../shared/json.ts";
import type { Principal } from "../identity/principal.ts";
import type { BinaryMode } from "../masking/kinds.ts";
import type { Limits } from "./limits.ts";
import type { Replayed } from "./replay.ts";
import type { SignInTerms } from "./sign-in.ts";
import type { Veil } from "./veil.ts";

/** What a call reaches for: a tool by name, a resource by URI, a prompt by name. */
export interface Reach {
  readonly principal: Principal;
  readonly connection: string;
  readonly kind: "tool" | "resource" | "prompt";
  readonly name: string;
}

/** All of a call that a rule's condition may read. */
export interface Subject extends Reach {
  readonly method: string;
  /** As the target would get them, unmasked. */
  readonly arguments: Json;
  /** The tool as its server declares it, null where that is not known. Claims. */
  readonly tool: ToolFacts | null;
  /** The MCP client as it names itself, and the device. Claims. */
  readonly client: { readonly name: string; readonly version: string } | null;
  readonly device: string | null;
  readonly address: string;
  readonly nowMs: number;
}

interface ToolFacts {
  readonly name: string;
  readonly annotations: JsonObject | null;
  readonly fingerprint: string;
}

/** A rule as it is quoted: `version` changes with its text. */
export interface RuleReference {
  readonly name: string;
  readonly version: string;
}

/** What a rule says of the calls it lets through, besides that it does. */
export interface Terms {
  readonly rule: RuleReference;
  readonly limits?: Limits;
  /** How the caller must have signed in; absent, in any way. */
  readonly signIn?: SignInTerms;
  /** What becomes of binary content in the answer; absent, what the configuration says. */
  readonly binary?: BinaryMode;
}

/** What a rule permits of grants: how long one lasts, how many calls it serves, how it may bind arguments. */
export interface GrantTerms {
  readonly longestMs: number;
  readonly mostUses: number;
  readonly constraints: readonly ConstraintKind[];
}

export type Effect =
  | (Terms & { readonly effect: "allow"; readonly readOnly: boolean })
  /** `rule` is null where no rule matched: no match denies. */
  | { readonly effect: "deny"; readonly rule: RuleReference | null; readonly why: string }
  | (Terms & {
      readonly effect: "approve";
      readonly why: string;
      readonly risk: Risk;
      /** Who has to approve, step by step. */
      readonly steps: readonly Readonly<ApproverStep>[];
      readonly expiresMs: number;
      /** Whether an approval needs a reason; absent, no. */
      readonly requireReason?: boolean;
      /** The least presence with which it may be approved; absent, `cli`. */
      readonly presence?: Presence;
      /** Whether it may be decided from a notification; absent, no. */
      readonly quick?: boolean;
      /** How an approver must have signed in to approve; absent, in any way. */
      readonly approverSignIn?: SignInTerms;
      /** What may be granted for later calls; absent, nothing. */
      readonly grants?: GrantTerms;
    });

/** What a target may ask of a client. */
export type Asked = "sampling" | "elicitation" | "roots";

/** The ordered rules: first match wins. */
export interface Policy {
  /** A rule whose condition fails on this call denies it, whatever its effect. */
  decide(subject: Subject): Effect;
  /** What `decide` says of a recorded subject, where what is not known of it makes no difference. */
  replay(subject: Subject, veil: Veil): Replayed;
  /** Whether the subject belongs into a list shown to this principal: some call of it could be allowed or held. Conditions aren't tried. */
  mayUse(reach: Reach): boolean;
  /** Whether some call through the connection could be allowed or held for this principal. */
  mayReach(principal: Principal, connection: string): boolean;
  /**
   * Whether a target may ask this of the principal's client: the first rule that concerns both and says anything of requests
   * decides. It goes by principal and connection alone, as a target asks in no call's name.
   */
  mayAsk(principal: Principal, connection: string, kind: Asked): boolean;
  /** The version of the rule of this name, if there still is one. */
  versionOf(name: string): string | undefined;
  /** SHA-256 over all rules in their order, base64url, for the record. */
  readonly version: string;
}
