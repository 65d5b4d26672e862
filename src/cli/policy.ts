import { loadConfig } from "../gateway/config.ts";
import { CountersignError } from "../shared/errors.ts";
import { command, positional } from "./command.ts";
import { ruleWarnings } from "./coverage.ts";
import { table } from "./terminal.ts";

const help = `Usage: countersign policy check FILE [--json]

Checks a gateway.yaml whole, as the gateway does before it uses it, and shows its rules in the order in which they
are tried: the first that matches a call decides it, and a call that none matches is denied. What is odd but no
error is said beside the rule: one that can never match, one whose connections don't exist.`;

export const policy = command(help, {}, async ({ positionals, terminal }) => {
  const [verb, file] = positional(positionals, ["check", "FILE"]);
  if (verb !== "check") throw new CountersignError("usage", "policy knows only check; --help shows the usage.");
  const { config } = await loadConfig(file);
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
    warnings: warnings[index] ?? [],
  }));
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
    ...rules.flatMap((rule) => rule.warnings.map((warning) => `warning: rule ${JSON.stringify(rule.id)} ${warning}`)),
    `${file} is good: ${count(rules.length, "rule")}, ${count(config.connections.length, "connection")}.`,
  ]);
});

const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? "" : "s"}`;

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
