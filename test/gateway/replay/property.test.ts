import { fc } from "../../support/fast-check.ts";
import { expect, it } from "vitest";
import { folderSource } from "../../../src/gateway/audit/folder-source.ts";
import type { LedgerSource, SourceEntry } from "../../../src/gateway/audit/ledger-source.ts";
import { configSchema } from "../../../src/gateway/config-schema.ts";
import { createMasker } from "../../../src/gateway/masking/masker.ts";
import type { Exchange } from "../../../src/gateway/mcp/context.ts";
import { recordCall } from "../../../src/gateway/mcp/record-call.ts";
import { newCallId, requestEntry, type Request } from "../../../src/gateway/mcp/record.ts";
import { Seen } from "../../../src/gateway/mcp/seen.ts";
import type { Policy, Subject } from "../../../src/gateway/policy/policy.ts";
import { createPolicy } from "../../../src/gateway/policy/rules.ts";
import { replayLedger } from "../../../src/gateway/replay/replay.ts";
import type { Store } from "../../../src/gateway/store/store.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { caller, subject } from "../policy/subjects.ts";
import { scratch } from "../store/scratch.ts";

const masker = createMasker({
  detectors: [
    { name: "card", mode: "partial" },
    { name: "email", mode: "pseudonym" },
    { name: "token", mode: "partial" },
    { name: "ssn", mode: "drop" },
  ],
  fields: [
    { name: "pin", mode: "redact" },
    { name: "secret", mode: "drop" },
    { name: "phone", mode: "partial" },
  ],
  keyed: (text) => Buffer.from(text).toString("base64url").padEnd(43, "A"),
});

const text = fc.constantFrom(
  "",
  "a",
  "yes",
  "jane@example.com",
  "mail jane@example.com now",
  "4111 1111 1111 1111",
  "078-05-1120",
);
const inner = fc.constantFrom('{"pin":"1","a":"yes"}', '{"a":"yes"}', '["jane@example.com"]');
const leaf = fc.oneof(text, inner, fc.integer({ min: -2, max: 200 }), fc.boolean(), fc.constant(null));
const names = fc.constantFrom("a", "b", "pin", "secret", "phone", "amount", "jane@example.com", "4111111111111111");
const args = fc.dictionary(
  names,
  fc.oneof(leaf, fc.array(leaf, { maxLength: 3 }), fc.dictionary(names, leaf, { maxKeys: 3 })),
  {
    maxKeys: 5,
  },
);

const conditions = [
  "arguments.amount > 100",
  "has(arguments.pin)",
  "has(arguments.secret)",
  "has(arguments.a) && arguments.a == 'yes'",
  "'secret' in arguments",
  "'jane@example.com' in arguments",
  "size(arguments) > 2",
  "size(arguments.b) == 2",
  "arguments.pin == 'a'",
  "arguments.pin != 'a' || principal.kind == 'user'",
  "arguments.pin == 'a' && principal.kind == 'service'",
  "arguments.b.exists(x, x == 'jane@example.com')",
  "arguments.b.all(x, x != 'a')",
  "arguments.exists(k, k == 'secret')",
  "arguments.b.filter(x, x == 'yes').size() > 0",
  "arguments == {'a': 'yes'}",
  "arguments.a in ['yes', 'jane@example.com', '4111 1111 1111 1111']",
  "'jane@example.com' in arguments.b",
  "arguments.b == ['a', 'jane@example.com']",
  "arguments.a.contains('jane')",
  "string(arguments.phone).size() > 1",
  "arguments.b.secret == 'a' ? true : has(arguments.b.pin)",
  "'staff' in principal.groups",
  "principal.assurance == 'phr' && principal.issuer == 'idp'",
  "tool.annotations.readOnlyHint",
  "tool.annotations.title.startsWith('jane')",
  "tool.fingerprint == 'f1' && name.startsWith('get_')",
  "name.endsWith('example.com')",
  "client.name == 'cursor' && address == '10.0.0.7'",
  "time.getMilliseconds() > 500",
];
const globs = fc.constantFrom("*", "get_*", "get_jane*", "*example.com", "get_it", "read_file", "?et_it");
const rule = fc.record(
  {
    name: fc.constantFrom("one", "two", "three"),
    tools: fc.array(globs, { minLength: 1, maxLength: 2 }),
    resources: fc.array(fc.constantFrom("*", "crm://people/*", "crm://people/jane*", "crm:*", "file:*"), {
      minLength: 1,
      maxLength: 2,
    }),
    groups: fc.array(fc.constantFrom("staff", "lead*", "guests"), { minLength: 1, maxLength: 2 }),
    when: fc.constantFrom(...conditions),
    effect: fc.constantFrom("allow", "deny", "approve"),
  },
  { requiredKeys: ["name", "effect"] },
);
const rules = fc.array(rule, { minLength: 1, maxLength: 5 });
const ruleSchema = configSchema.shape.rules.element;
const policyOf = (given: readonly object[]): Policy =>
  createPolicy(given.map((each) => ruleSchema.parse({ approvers: ["leads"], ...each })));

const call = fc.record({
  kind: fc.constantFrom("tool" as const, "tool" as const, "resource" as const),
  tool: fc.constantFrom("get_it", "read_file", "get_jane@example.com", "other"),
  uri: fc.constantFrom("crm://people/jane@example.com", "crm://people/7", "file:///a"),
  args,
  groups: fc.subarray(["staff", "leads", "guests"]),
  title: fc.constantFrom("A tool", "jane@example.com"),
  listed: fc.boolean(),
  nowMs: fc.integer({ min: 0, max: 10_000 }),
});
type Call = typeof call extends fc.Arbitrary<infer T> ? T : never;

it("says of any recorded call what the rules say of the real one, or that it can't be known", async () => {
  const { open, data: folder } = await scratch();
  const store = await open();
  let entriesBefore = 0;
  const seen = { decided: 0, undecidable: 0 };
  await fc.assert(
    fc.asyncProperty(rules, rules, fc.array(call, { minLength: 5, maxLength: 15 }), async (then, now, calls) => {
      const [before, after] = [policyOf(then), policyOf(now)];
      const real: Subject[] = [];
      const known = new Seen();
      for (const each of calls) real.push(await recorded(store, known, before, each));
      const entries = (await entriesOf(folder)).slice(entriesBefore);
      entriesBefore += entries.length;
      const references = entries.filter(({ leaf: of }) => !of.includes('"call.request"'));
      const requests = entries.filter(({ leaf: of }) => of.includes('"call.request"'));
      for (const [at, entry] of requests.entries()) {
        for (const policy of [before, after]) {
          const asked = policy.mayUse(real[at] as Subject);
          const expected = policy.decide({ ...(real[at] as Subject), ...(asked ? {} : { tool: null }) });
          const tally = await replayLedger(source([...references, entry]), policy, 0, () => undefined);
          expect(tally.same + tally.changed + tally.undecidable).toBe(1);
          seen.undecidable += tally.undecidable;
          if (tally.undecidable > 0) continue;
          seen.decided += 1;
          const was = before.decide({
            ...(real[at] as Subject),
            ...(before.mayUse(real[at] as Subject) ? {} : { tool: null }),
          });
          expect(tally.changed).toBe(was.effect === expected.effect ? 0 : 1);
          if (tally.changed === 1)
            expect(tally.changes()[0]?.after).toEqual({ effect: expected.effect, rule: expected.rule?.name ?? null });
          else expect(tally.otherRule).toBe(was.rule?.name === expected.rule?.name ? 0 : 1);
        }
      }
    }),
    { numRuns: 60 },
  );
  expect(seen.decided).toBeGreaterThan(seen.undecidable);
  expect(seen.undecidable).toBeGreaterThan(0);
});

/** Records a call as the data path does, and returns what the rules judged. */
async function recorded(
  store: Store,
  known: Seen,
  policy: Policy,
  { kind, tool, uri, args: given, ...rest }: Call,
): Promise<Subject> {
  const name = kind === "tool" ? tool : uri;
  const principal = { ...caller(...rest.groups) };
  const declared = {
    name,
    description: null,
    annotations: { readOnlyHint: true, title: rest.title },
    fingerprint: `f1${rest.title}`,
  };
  const judgedTool = kind === "tool" && rest.listed ? declared : null;
  const real = subject({
    kind,
    name,
    method: kind === "tool" ? "tools/call" : "resources/read",
    arguments: given as JsonObject,
    tool: judgedTool,
    nowMs: rest.nowMs,
    principal,
  });
  const asks = kind === "tool" && policy.mayUse(real);
  const effect = policy.decide({ ...real, tool: asks ? judgedTool : null });
  const judged = { effect, atMs: rest.nowMs, tool: asks ? judgedTool : undefined };
  const params = kind === "tool" ? { name, arguments: given as JsonObject } : { uri, arguments: given as JsonObject };
  // What the record takes of an exchange, and no more.
  const exchange = {
    gate: { store, seen: known },
    caller: {
      admission: { principal, session: null },
      principal,
      device: real.device,
      via: null,
      address: real.address,
    },
    connection: { name: real.connection, masker },
    session: { id: "s" },
    client: real.client,
  } as unknown as Exchange;
  const request = { kind: "request", era: "modern", id: 1, method: real.method, params } as unknown as Request;
  await recordCall(exchange, "call.request", requestEntry(exchange, request, newCallId(), name, judged), judged);
  return real;
}

async function entriesOf(folder: string): Promise<readonly SourceEntry[]> {
  const ledger = folderSource(folder);
  const entries: SourceEntry[] = [];
  for await (const entry of ledger.entries()) if (entry.readable) entries.push(entry);
  ledger.close();
  return entries;
}

function source(entries: readonly SourceEntry[]): LedgerSource {
  return {
    form: "export",
    header: () => Promise.resolve({ readable: true, origin: "", entries: entries.length }),
    rotations: () => Promise.resolve([]),
    entries: () => streamOf(entries),
    pages: () => streamOf([entries]),
    checkpoints: () => streamOf([]),
    close: () => undefined,
  };
}

async function* streamOf<T>(list: readonly T[]): AsyncGenerator<T> {
  for (const each of list) yield await Promise.resolve(each);
}
