/** What a decision costs under 10 and under 1,000 rules: `node bench/rules.ts` prints nanoseconds and their ratio. */
import { configSchema, type RuleConfig } from "../src/gateway/config-schema.ts";
import type { Subject } from "../src/gateway/policy/policy.ts";
import { createPolicy } from "../src/gateway/policy/rules.ts";

const ruleSchema = configSchema.shape.rules.element;
const decisions = 200_000;
const rounds = 15;

/** The rule of the call last, behind rules for other tools: exact names, prefixes and conditions. */
function rulesOf(count: number): RuleConfig[] {
  const others = Array.from({ length: count - 2 }, (_, index) => {
    const tools = index % 2 === 0 ? [`tool_${index}`, `other_${index}`] : [`group_${index}_*`];
    return { name: `rule ${index}`, tools, effect: "allow", ...(index % 5 === 0 ? { when: "arguments.n > 1" } : {}) };
  });
  const last = [
    { name: "held", tools: ["write_*"], effect: "approve", approvers: ["leads"] },
    { name: "reads", tools: ["read_*"], groups: ["engineers"], effect: "allow", when: 'arguments.path != ""' },
  ];
  return [...others, ...last].map((rule) => ruleSchema.parse(rule));
}

const call: Subject = {
  principal: {
    id: "staff:1",
    kind: "user",
    name: "Erin",
    groups: ["staff", "engineers"],
    issuer: "staff",
    person: "staff:1",
    roles: [],
    clientId: "app",
    expiresAtMs: 0,
    authenticatedAtMs: null,
  },
  connection: "files",
  kind: "tool",
  name: "read_text_file",
  method: "tools/call",
  arguments: { path: "/srv/a.txt" },
  tool: null,
  client: { name: "bench", version: "1" },
  device: null,
  address: "127.0.0.1",
  nowMs: 0,
};

/** Nanoseconds of one decision. */
function measure(policy: ReturnType<typeof createPolicy>): number {
  const began = process.hrtime.bigint();
  for (let count = 0; count < decisions; count += 1) policy.decide(call);
  return Number(process.hrtime.bigint() - began) / decisions;
}

const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0;

const few = createPolicy(rulesOf(10));
const many = createPolicy(rulesOf(1000));
for (const policy of [few, many, few, many]) measure(policy);
// Interleaved, so that what else the machine does falls on both.
const times = Array.from({ length: rounds }, () => ({ few: measure(few), many: measure(many) }));
const ratio = median(times.map((time) => time.many / time.few));
process.stdout.write(
  `${JSON.stringify({ few: Math.round(median(times.map((time) => time.few))), many: Math.round(median(times.map((time) => time.many))), ratio: Number(ratio.toFixed(3)) })}\n`,
);
