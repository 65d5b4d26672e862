import { EvaluationError, ParseError, TypeError as CelTypeError } from "@marcbachmann/cel-js";
import type { Json, JsonObject } from "../../shared/json.ts";
import { checkCalls, type Reading } from "./condition-calls.ts";
import { environment } from "./condition-terms.ts";
import type { Subject } from "./policy.ts";
import { covered, type Veil } from "./veil.ts";
import { weigh } from "./weight.ts";

/** What evaluating a condition came to. `why` is safe but for names that the caller's own arguments hold. */
type Answer = { readonly ok: true; readonly holds: boolean } | { readonly ok: false; readonly why: string };

/** A condition that was parsed and type-checked. */
export interface Condition {
  evaluate(subject: Subject): Answer;
  /** The same of a subject that is not known whole: `known` false where the answer hangs on what isn't. */
  evaluateVeiled(
    subject: Subject,
    veil: Veil,
  ): { readonly known: true; readonly answer: Answer } | { readonly known: false; readonly why: string };
  /** The variables it reads. */
  readonly reads: ReadonlySet<string>;
}

export type Compiled =
  | { readonly ok: true; readonly condition: Condition }
  /** `offset` counts UTF-16 code units into the text. */
  | { readonly ok: false; readonly message: string; readonly offset: number };

/** Steps and compared characters that one evaluation may take at most: about a tenth of a second. */
const mostSteps = 2_000_000;
const mostCharacters = 200_000_000;

/** Parses and checks a rule's condition. */
export function compileCondition(text: string): Compiled {
  try {
    const run = environment.parse(text);
    const reading = checkCalls(run.ast);
    if (!reading.ok) return reading;
    const checked = run.check();
    if (!checked.valid) return refused(checked.error);
    if (checked.type !== "bool" && checked.type !== "dyn") {
      return { ok: false, message: `A condition must be true or false, and this is a ${checked.type}`, offset: 0 };
    }
    return { ok: true, condition: conditionOf((terms) => run(terms), reading.value) };
  } catch (error) {
    return refused(error);
  }
}

function conditionOf(run: (terms: Record<string, unknown>) => unknown, reading: Reading): Condition {
  const evaluate = (terms: () => Record<string, unknown>, weight: Weight): Answer => {
    if (isTooLarge(reading, weight)) return { ok: false, why: "the arguments are too large for it" };
    try {
      const holds = run(terms());
      return typeof holds === "boolean" ? { ok: true, holds } : { ok: false, why: "it is neither true nor false" };
    } catch (error) {
      return { ok: false, why: error instanceof EvaluationError ? error.summary : "it failed" };
    }
  };
  const readsArguments = reading.variables.has("arguments");
  return {
    reads: reading.variables,
    evaluate: (subject) =>
      evaluate(() => termsOf(subject, reading.variables), readsArguments ? weigh(subject.arguments) : lightest),
    evaluateVeiled(subject, veil) {
      const weight = readsArguments ? (veil.weight ?? weigh(subject.arguments)) : lightest;
      // The weight of arguments that were masked is an upper bound.
      if (veil.weight !== null && isTooLarge(reading, weight))
        return { known: false, why: "it goes by the size of arguments that were masked" };
      const { terms, touched } = covered(termsOf(subject, reading.variables), veil.unknown);
      const answer = evaluate(() => terms, weight);
      // An answer in spite of what could not be read is sure: `unknown || true` is true whatever stands there.
      const missing = answer.ok ? null : touched();
      return missing === null ? { known: true, answer } : { known: false, why: `it reads ${missing}` };
    },
  };
}

type Weight = ReturnType<typeof weigh>;
const lightest: Weight = { values: 0, characters: 0 };

function isTooLarge({ depth, nodes }: Reading, { values, characters }: Weight): boolean {
  const rounds = Math.max(values, 100) ** depth;
  return rounds * nodes > mostSteps || rounds * characters > mostCharacters;
}

function termsOf(subject: Subject, reads: ReadonlySet<string>): Record<string, unknown> {
  const { principal, connection, kind, name, method, client, device, address, nowMs, tool } = subject;
  const { id, groups, issuer, roles, assurance } = principal;
  return {
    ...(reads.has("principal")
      ? {
          principal: {
            id,
            kind: principal.kind,
            name: principal.name,
            groups,
            issuer,
            roles,
            assurance: assurance ?? "",
          },
        }
      : {}),
    connection,
    method,
    kind,
    name,
    // A tool that is not known has no member: reading one fails, and the call is refused.
    tool: tool === null ? {} : { name: tool.name, fingerprint: tool.fingerprint, annotations: tool.annotations ?? {} },
    arguments: asObject(subject.arguments),
    client: client ?? { name: "", version: "" },
    device: device ?? "",
    address,
    time: new Date(nowMs),
  };
}

function asObject(value: Json): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

function refused(error: unknown): Compiled {
  if (!(error instanceof ParseError) && !(error instanceof CelTypeError)) {
    return { ok: false, message: "It can't be read", offset: 0 };
  }
  return { ok: false, message: error.summary, offset: error.range?.start ?? 0 };
}
