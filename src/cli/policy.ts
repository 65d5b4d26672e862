import { formatConfigErrors, loadConfig, missingSecrets, type LoadedConfig } from "../gateway/config.ts";
import type { ApproverStep } from "../shared/approval.ts";
import { CountersignError } from "../shared/errors.ts";
import { stepsOf } from "../gateway/config-rules.ts";
import type { Config, RuleConfig } from "../gateway/config-schema.ts";
import { configJsonSchema } from "../gateway/config-json-schema.ts";
import { durationText, limitsText } from "../gateway/policy/limits-text.ts";
import { signInTermsOf } from "../gateway/policy/rules.ts";
import { signInText } from "../gateway/policy/sign-in.ts";
import { command, positional } from "./command.ts";
import { ruleWarnings } from "./coverage.ts";
import { explainCall } from "./policy-explain.ts";
import { replayCalls } from "./policy-replay.ts";
import { stepText } from "./step-text.ts";
import { table, type Terminal } from "./terminal.ts";
import { counted } from "./counted.ts";

const help = `Usage: countersign policy check FILE [--json]
       countersign policy explain FILE --as ID [--groups A,B] CONNECTION TOOL [JSON] [--json]
       countersign policy replay --since TIME --config FILE [--data DIR|EXPORT] [--profile DIR] [--json]
       countersign policy schema

Checks a gateway.yaml whole, as the gateway does before it uses it, and shows its rules in the order in which they
are tried: the first that matches a call decides it, and a call that none matches is denied. What is odd but no
error is said beside the rule: one that can never match, one whose connections don't exist, one that allows by what a
server says of itself; and each secret (env:NAME, file:PATH) that can't be had here, without which the gateway won't
start. schema prints a JSON Schema of gateway.yaml, for editors.

explain tells what would become of a tool call of that principal (ISSUER:ID, the issuer's name in FILE first), and why.
Where that hangs on what only a real call has (the tool's declaration, its client, device and address), it says so.

replay tells what the rules of FILE would have done to the calls that were recorded since TIME (2026-11-20,
2026-11-20T08:00:00Z, or 7d back from now): which would end otherwise, by which rules. --data is a gateway's data folder or
an exported file; without it the profile's gateway is asked for its ledger, which takes the role auditor. A call whose rule
reads what was masked, erased or never recorded is undecidable, and why is said. Rules' limits, grants, what they ask of
the caller's sign-in and approvers' decisions are not replayed, and it does not check that the ledger is whole (audit verify does).`;

const options = {
  as: { type: "string" },
  groups: { type: "string" },
  since: { type: "string" },
  config: { type: "string" },
  data: { type: "string" },
} as const;

export const policy = command(help, options, async ({ values, positionals, profile, terminal }) => {
  switch (positionals[0]) {
    case "schema":
      positional(positionals, ["schema"]);
      return terminal.answer(configJsonSchema(), JSON.stringify(configJsonSchema(), null, 2).split("\n"));
    case "explain": {
      const [, file, connection, tool, json] = positional(positionals, [
        ...(["explain", "FILE", "CONNECTION", "TOOL"] as const),
        ...(positionals.length > 4 ? (["JSON"] as const) : []),
      ]);
      if (values.as === undefined) throw new CountersignError("usage", "--as is missing; --help shows the usage.");
      const groups = values.groups?.split(",").filter((group) => group !== "") ?? [];
      return await explainCall(file, { id: values.as, groups }, [connection, tool, json], terminal);
    }
    case "replay": {
      positional(positionals, ["replay"]);
      const { since, config, data } = values;
      return await replayCalls({ since, config, data }, profile, terminal);
    }
    case "check":
      return await check(positionals, terminal);
    default:
      throw new CountersignError("usage", "policy knows check, explain, replay and schema; --help shows the usage.");
  }
});

async function check(positionals: readonly string[], terminal: Terminal): Promise<void> {
  const [, file] = positional(positionals, ["check", "FILE"]);
  const loaded = await loadConfig(file);
  const { config } = loaded;
  const warnings = ruleWarnings(config);
  const rules = config.rules.map((rule, index) => ({
    id: rule.name,
    position: index + 1,
    effect: rule.effect,
    connections: rule.connections,
    tools: rule.tools ?? null,
    resources: rule.resources ?? null,
    prompts: rule.prompts ?? null,
    groups: rule.groups ?? null,
    when: rule.when ?? null,
    steps: rule.effect === "approve" ? stepsOf(rule) : null,
    quick: rule.quick ?? false,
    grants: rule.grants ?? null,
    requests: rule.requests ?? null,
    limits: rule.limits ?? null,
    signIn: rule.signIn ?? null,
    approverSignIn: rule.approverSignIn ?? null,
    binary: rule.binary ?? null,
    warnings: warnings[index] ?? [],
  }));
  const unset = await unsetSecrets(loaded);
  const open = tokensTakenBy(config);
  // The answer for scripts is the list of rules, which has no place for what is no rule's.
  if (terminal.json) for (const line of unset) terminal.note(`warning: ${line}`);
  const rows = rules.map((rule) => [
    String(rule.position),
    rule.effect,
    rule.id,
    rule.connections.join(", "),
    subjects(rule),
    rule.groups?.join(", ") ?? "anybody",
  ]);
  terminal.answer(rules, [
    ...table(["#", "effect", "rule", "connections", "calls", "groups"], rows),
    ...rules.flatMap(({ id, steps, quick }) => (steps === null ? [] : [approving(id, steps, quick)])),
    ...rules.flatMap(({ id, grants }) => (grants === null ? [] : [granting(id, grants)])),
    ...rules.flatMap(({ id, requests }) => (requests === null ? [] : [asking(id, requests)])),
    ...rules.flatMap(({ id, limits }) =>
      limits === null ? [] : [`limits: rule ${JSON.stringify(id)} allows each principal ${limitsText(limits)}`],
    ),
    ...rules.flatMap(({ id, signIn }) =>
      signIn === null
        ? []
        : [`sign-in: rule ${JSON.stringify(id)} asks its caller for ${signInText(signInTermsOf(signIn))}`],
    ),
    ...rules.flatMap(({ id, approverSignIn }) =>
      approverSignIn === null
        ? []
        : [`sign-in: rule ${JSON.stringify(id)} asks who approves for ${signInText(signInTermsOf(approverSignIn))}`],
    ),
    ...rules.flatMap((rule) => rule.warnings.map((warning) => `warning: rule ${JSON.stringify(rule.id)} ${warning}`)),
    ...(open.length === 0
      ? []
      : [`tokens: ${open.join(", ")} also open to the provider's own tokens, bound to no device (accepts)`]),
    ...unset.map((line) => `warning: ${line}`),
    `${file} is good: ${counted(rules.length, "rule")}, ${counted(config.connections.length, "connection")}.`,
  ]);
}

/** Where whoever has a provider's token needs no device: the API and connections. */
function tokensTakenBy({ accepts, connections }: Config): readonly string[] {
  const taking = connections.filter((each) => (each.accepts ?? accepts) === "provider-tokens").map(({ name }) => name);
  return [...(accepts === "provider-tokens" ? ["the API"] : []), ...taking];
}

/** A gateway that started here and now would refuse this file; elsewhere the secrets may well be there. */
async function unsetSecrets(loaded: LoadedConfig): Promise<readonly string[]> {
  const problems = await missingSecrets(loaded);
  return problems.length === 0 ? [] : formatConfigErrors(loaded.path, problems).split("\n");
}

function approving(rule: string, steps: readonly ApproverStep[], quick: boolean): string {
  const from = quick ? ", also from a notification" : "";
  return `approvals: rule ${JSON.stringify(rule)} waits for ${steps.map(stepText).join(", then ")}${from}`;
}

function granting(rule: string, { longest, mostUses, constraints }: NonNullable<RuleConfig["grants"]>): string {
  const bound = constraints.join(", ");
  return `grants: rule ${JSON.stringify(rule)} permits up to ${counted(mostUses, "later call")} within ${durationText(longest)}, arguments bound by ${bound}`;
}

function asking(rule: string, requests: readonly string[]): string {
  return `requests: rule ${JSON.stringify(rule)} lets targets ask their client for ${requests.join(", ") || "nothing"}`;
}

interface Subjects {
  readonly tools: readonly string[] | null;
  readonly resources: readonly string[] | null;
  readonly prompts: readonly string[] | null;
}

function subjects({ tools, resources, prompts }: Subjects): string {
  const named = [
    ...(tools ?? []),
    ...(resources ?? []).map((glob) => `resource ${glob}`),
    ...(prompts ?? []).map((glob) => `prompt ${glob}`),
  ];
  return named.length === 0 ? "every call" : named.join(", ");
}
