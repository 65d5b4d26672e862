import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { configJsonSchema } from "../../src/gateway/config-json-schema.ts";
import { shell } from "./shell.ts";

let folder: string;
let file: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "countersign-policy-"));
  file = join(folder, "gateway.yaml");
  await writeFile(
    file,
    `version: 1
listen: { port: 0 }
publicUrl: http://127.0.0.1:7300
data: data
keys: keys
issuers: [{ name: staff, kind: oidc, issuer: "http://127.0.0.1:9000", audience: gateway, clients: [app] }]
services: [{ id: "staff:app", owner: "staff:olga" }]
connections: [{ name: bank, http: { url: "http://127.0.0.1:9100/mcp" } }]
rules:
  - { name: big, tools: [pay], when: arguments.amount > 100, effect: approve, approvers: [leads], risk: high }
  - { name: small, tools: [pay], groups: [clerks], effect: allow }
  - { name: limited, tools: [list], effect: allow, limits: { rate: { calls: 60, per: 1m }, concurrency: 1, resultBytes: 5000 }, binary: hash }
  - { name: looped, tools: [loop], effect: approve, approvers: [leads], limits: { callsPerSession: 1 } }
  - { name: two, tools: [wire], effect: approve, steps: [{ approvers: [leads], need: any }, { approvers: [legal, finance], need: all }] }
  - { name: swift, tools: [tip], effect: approve, approvers: [leads, clerks], risk: low, quick: true }
  - { name: fresh, tools: [close], effect: approve, approvers: [leads], signIn: { within: 15m, acr: [c1] }, approverSignIn: { methods: [hwk] } }
  - { name: claims, tools: ["get_*"], when: tool.annotations.readOnlyHint, effect: allow }
`,
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const explain = (...rest: readonly string[]) =>
  shell("policy", "explain", file, "--as", "staff:erin", "--json", ...rest);

describe("policy explain", () => {
  it.each<[string, string[], string, string | null, string[]]>([
    ["holds", ["bank", "pay", '{"amount":101}'], "approve", "big", ["decided"]],
    [
      "allows",
      ["--groups", "staff,clerks", "bank", "pay", '{"amount":5}'],
      "allow",
      "small",
      ["passed over", "decided"],
    ],
    ["refuses what fails", ["bank", "pay"], "deny", "big", ["failed"]],
    ["denies", ["bank", "pay", '{"amount":5}'], "deny", null, Array.from({ length: 8 }, () => "passed over")],
  ])("%s, and says why", async (_what, args, effect, rule, outcomes) => {
    const { stdout, status } = await explain(...args);
    const answer = JSON.parse(stdout) as { steps: { outcome: string; why: string }[] };
    expect(status).toBe(0);
    expect(answer).toMatchObject({ effect, rule });
    expect(answer.steps.map(({ outcome }) => outcome)).toEqual(outcomes);
  });

  it.each([[["bank", "pay", "not json"]], [["bank"]], [["nowhere", "pay"]], [["bank", "pay", "{}", "more"]]])(
    "%j is wrong usage",
    async (args) => expect((await explain(...args)).status).toBe(2),
  );
});

describe("policy explain of a rule that reads what only a real call has", () => {
  it("says that the outcome hangs on it, instead of guessing", async () => {
    const { stdout } = await explain("bank", "get_balance");
    expect(JSON.parse(stdout)).toMatchObject({ effect: "undecidable", rule: "claims", limits: null });
    const words = await shell("policy", "explain", file, "--as", "staff:erin", "bank", "get_balance");
    expect(words.stdout).toContain('What becomes of get_balance on bank hangs on rule "claims"');
    expect(words.stdout).toContain("it reads the tool's annotations, which only a real call has");
  });
});

describe("policy explain of a rule with limits", () => {
  it("shows them, in words and as data", async () => {
    const { stdout } = await explain("bank", "list");
    expect(JSON.parse(stdout)).toMatchObject({
      limits: { rate: { calls: 60, per: 60_000 }, concurrency: 1, resultBytes: 5000 },
      binary: "hash",
    });
    const words = await shell("policy", "explain", file, "--as", "staff:erin", "bank", "list");
    expect(words.stdout).toContain("limits: 60 calls per 1m, 1 at once, answers of 5000 bytes");
    expect(words.stdout).toContain("binary content of its answer: hash");
  });
});

describe("policy explain of a rule that asks for a sign-in", () => {
  it("says which, of whom, and what becomes of who has not", async () => {
    const { stdout } = await explain("bank", "close");
    expect(JSON.parse(stdout)).toMatchObject({
      signIn: "a sign-in of the last 15 minutes, with acr c1",
      approverSignIn: "a sign-in, by hwk",
    });
    const words = await shell("policy", "explain", file, "--as", "staff:erin", "bank", "close");
    expect(words.stdout).toContain(
      "once its caller has shown a sign-in of the last 15 minutes, with acr c1; who has not is asked to sign in, a service is refused",
    );
    expect(words.stdout).toContain("by approvers who have shown a sign-in, by hwk");
    const check = await shell("policy", "check", file);
    expect(check.stdout).toContain('sign-in: rule "fresh" asks its caller for a sign-in of the last 15 minutes');
    expect(check.stdout).toContain('warning: rule "fresh" asks for methods alone');
  });
});

describe("policy explain for a service", () => {
  it("says who answers for it", async () => {
    const words = await shell("policy", "explain", file, "--as", "staff:app", "bank", "wire");
    expect(words.stdout).toContain(
      'a service of "staff:olga": who answers for it sees its held calls and never decides them',
    );
  });
});

describe("policy explain of a rule with steps", () => {
  it("says whom the call would wait for, in order", async () => {
    const words = await shell("policy", "explain", file, "--as", "staff:erin", "bank", "wire");
    expect(words.stdout).toContain("risk medium, for leads, then each of legal, finance.");
  });
});

describe("policy check", () => {
  it("lists where whoever has a provider's token needs no device", async () => {
    expect((await shell("policy", "check", file)).stdout).toContain(
      "tokens: the API, bank also open to the provider's own tokens",
    );
    const closed = join(folder, "closed.yaml");
    await writeFile(closed, `${await readFile(file, "utf8")}accepts: sessions\n`);
    expect((await shell("policy", "check", closed)).stdout).not.toContain("tokens:");
  });

  it("warns of secrets that can't be had here, naming each", async () => {
    const secret = join(folder, "secret.yaml");
    const text = await readFile(file, "utf8");
    await writeFile(secret, `${text}metrics: { token: env:COUNTERSIGN_TEST_UNSET }\n`);
    const { status, stdout } = await shell("policy", "check", secret);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^warning: .*secret\.yaml:\d+:\d+ metrics\.token: .*COUNTERSIGN_TEST_UNSET is not set/m);
    const json = await shell("policy", "check", secret, "--json");
    expect(JSON.parse(json.stdout)).toBeInstanceOf(Array);
    expect(json.stderr).toContain("COUNTERSIGN_TEST_UNSET");
  });

  it("shows who has to approve, and where a notification suffices", async () => {
    const { stdout } = await shell("policy", "check", file);
    expect(stdout).toContain('rule "big" waits for leads\n');
    expect(stdout).toContain('rule "two" waits for leads, then each of legal, finance\n');
    expect(stdout).toContain('rule "swift" waits for any of leads, clerks, also from a notification\n');
  });

  it("shows limits, and warns where they count sessions alone", async () => {
    const { stdout } = await shell("policy", "check", file);
    expect(stdout).toContain('rule "limited" allows each principal 60 calls per 1m, 1 at once, answers of 5000 bytes');
    expect(stdout).toContain('rule "looped" allows each principal 1 call a session');
    expect(stdout).toContain('warning: rule "looped" limits calls per session without a rate');
  });

  it("warns where an allow rests on what a server says of itself", async () => {
    const { stdout } = await shell("policy", "check", file);
    expect(stdout).toContain('warning: rule "claims" allows by tool.annotations');
    expect(stdout).not.toContain('warning: rule "small"');
  });
});

describe("the JSON Schema of gateway.yaml", () => {
  it("in docs is the one of today (countersign policy schema > docs/gateway.schema.json)", async () => {
    const kept: unknown = JSON.parse(
      await readFile(new URL("../../docs/gateway.schema.json", import.meta.url), "utf8"),
    );
    expect(kept).toEqual(JSON.parse(JSON.stringify(configJsonSchema())));
  });
});
