import type { FailureLog } from "./failure-log.ts";
import type { Json } from "../../shared/json.ts";
import type { ProtocolHeaders } from "../../shared/target.ts";
import type { Approvals } from "../approvals/approvals.ts";
import type { Grants } from "../grants/grants.ts";
import type { Admission } from "../identity/admission.ts";
import type { Lasting } from "../identity/lasting.ts";
import type { Present } from "../identity/present.ts";
import type { Principal } from "../identity/principal.ts";
import type { RuleLimits } from "../policy/limits.ts";
import type { Connection, Runtime } from "../runtime.ts";
import type { Store } from "../store/store.ts";
import type { AnswerLimit } from "./answer-size.ts";
import type { Traces } from "../telemetry/port.ts";
import type { KnownTools } from "./known-tools.ts";
import type { OpenInputs } from "./open-inputs.ts";
import type { OwedAnswers } from "./owed-answers.ts";
import type { Reply } from "./reply.ts";
import type { Seen } from "./seen.ts";
import type { Session, Sessions } from "./sessions.ts";
import type { UnheardCalls } from "./unheard.ts";

/** What the data path needs of the gateway. */
export interface Gate {
  readonly store: Store;
  readonly approvals: Approvals;
  readonly grants: Grants;
  readonly present: Present;
  readonly lasting: Lasting;
  readonly sessions: Sessions;
  readonly tools: KnownTools;
  readonly limits: RuleLimits;
  readonly traces: Traces;
  readonly failures: FailureLog;
  readonly seen: Seen;
  readonly inputs: OpenInputs;
  readonly unheard: UnheardCalls;
  readonly owed: OwedAnswers;
  readonly now: () => number;
  /** The configuration in force now. */
  readonly runtime: () => Runtime;
  /** Aborts when the gateway begins to stop: what waits is told, what runs may end. */
  readonly draining: AbortSignal;
  /** HMAC-SHA-256 over the canonical text, base64url. */
  readonly keyedDigest: (value: Json) => string;
}

/** Where a request comes from, as far as it is known. Device and client are claims of the tunnel. */
export interface Caller {
  /** What it was let in on. */
  readonly admission: Admission;
  readonly principal: Principal;
  readonly device: string | null;
  readonly via: string | null;
  readonly address: string;
}

/** One request under way. */
export interface Exchange {
  readonly gate: Gate;
  readonly runtime: Runtime;
  readonly caller: Caller;
  readonly connection: Connection;
  readonly session: Session;
  /** As the client of this request names itself. A claim. */
  readonly client: Session["client"];
  readonly headers: ProtocolHeaders;
  readonly reply: Reply;
  /** Aborts when the client cancels this request. */
  readonly cancelled: AbortSignal;
  /** Whether its target may have got it. */
  readonly sent: { yes: boolean };
  /** How large the answer may be under the rule that lets the call through; absent, any size. */
  readonly answerLimit?: AnswerLimit;
}
