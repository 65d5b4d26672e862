import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkSecrets, formatConfigErrors, loadConfig, readConfig } from "../../../src/gateway/config.ts";
import { usualDetectors } from "../../../src/gateway/masking/kinds.ts";

const good = `version: 1
listen: { host: 127.0.0.1, port: 0 }
publicUrl: http://127.0.0.1:8080
data: ./data
keys: ./keys
issuers:
  - name: corp
    kind: oidc
    issuer: https://id.example
    audience: https://gateway.example
    clients: [desktop]
connections:
  - name: files
    stdio:
      command: node
      args: [server.js]
      cwd: work
      env: { MODE: plain, TOKEN: "env:COUNTERSIGN_TEST_TOKEN", KEY: "file:secrets/key" }
  - name: web
    http:
      url: http://127.0.0.1:9/mcp
      headers: { authorization: "file:secrets/missing" }
rules:
  - name: reads
    connections: [f*]
    tools: ["read_*"]
    effect: allow
  - name: writes
    effect: approve
    approvers: [leads]
    expires: 5m
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "config-"));
  await mkdir(join(folder, "secrets"));
  await writeFile(join(folder, "secrets/key"), "from-a-file\n");
  await mkdir(join(folder, "data"));
  await symlink(join(folder, "data"), join(folder, "elsewhere"));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(text: string): Promise<string> {
  const path = join(folder, "gateway.yaml");
  await writeFile(path, text);
  return path;
}

/** `LINE:COLUMN WHERE: WHAT` of every problem. */
async function problems(text: string): Promise<string[]> {
  const result = await readConfig(await file(text));
  return result.ok
    ? []
    : formatConfigErrors("", result.problems)
        .split("\n")
        .map((line) => line.slice(1));
}

const replaced = (from: string, to: string): string => {
  expect(good).toContain(from);
  return good.replace(from, to);
};

describe("a good gateway.yaml", () => {
  it("loads with defaults, durations in milliseconds and paths made absolute", async () => {
    const { config, path } = await loadConfig(await file(good));
    expect(path).toBe(join(folder, "gateway.yaml"));
    expect(config).toMatchObject({
      data: join(folder, "data"),
      keys: join(folder, "keys"),
      rules: [
        { name: "reads", readOnly: false, connections: ["f*"] },
        { expires: 300_000, connections: ["*"] },
      ],
      masking: {
        detectors: usualDetectors.map((name) => ({ name, mode: "partial" })),
        fields: [],
        patterns: [],
        binary: "allow",
      },
      limits: { bodyBytes: 4_194_304 },
    });
    expect(config.connections[0]?.stdio).toMatchObject({
      cwd: join(folder, "work"),
      env: { MODE: "plain", TOKEN: "env:COUNTERSIGN_TEST_TOKEN", KEY: `file:${join(folder, "secrets/key")}` },
    });
  });

  it("accepts an https origin, Entra with tenants, and identities of its issuers", async () => {
    const text = replaced("http://127.0.0.1:8080", "https://gateway.example")
      .replace("kind: oidc", "kind: entra\n    tenants: [t-1]")
      .replace("connections:\n  - name: files", 'identities: [["corp:a", "corp:b"]]\nconnections:\n  - name: files');
    expect(await problems(text)).toEqual([]);
  });
});

describe("a wrong gateway.yaml is refused with line and column", () => {
  it.each<[string, string, string, string]>([
    ["a setting written twice", "data: ./data", "data: ./data\ndata: ./other", "5:1 This setting stands here twice"],
    ["broken YAML", "clients: [desktop]", "clients: [desktop", ":1 Not valid YAML"],
    ["an unknown tag", "data: ./data", "data: !secret ./data", "4:7 Not valid YAML"],
    ["an unknown setting", "keys: ./keys", "keyz: ./keys", "5:1 keyz: There is no such setting here"],
    [
      "an unknown setting deep inside",
      "effect: allow",
      "effect: allow\n    readonly: true",
      "28:5 rules[0].readonly: There is no",
    ],
    [
      "a missing setting",
      "    audience: https://gateway.example\n",
      "",
      "7:5 issuers[0].audience: This setting is missing",
    ],
    ["an empty setting", "data: ./data", "data:", "4:1 data: "],
    ["a wrong type", "port: 0", "port: high", "2:34 listen.port: "],
    ["another version", "version: 1", "version: 2", "1:10 version: "],
    ["a wrong effect", "effect: allow", "effect: permit", "27:13 rules[0].effect: "],
    [
      "a pattern that RE2 can't match",
      "keys: ./keys",
      "keys: ./keys\nmasking:\n  patterns:\n    - { name: a, pattern: '(?<=x)y(?=z)' }",
      "8:27 masking.patterns[0].pattern: RE2 can't match",
    ],
    [
      "a pattern that matches nothing at all",
      "keys: ./keys",
      "keys: ./keys\nmasking: { patterns: [{ name: a, pattern: 'x*' }] }",
      "6:43 masking.patterns[0].pattern: It matches the empty text",
    ],
    [
      "a detector that isn't there",
      "keys: ./keys",
      "keys: ./keys\nmasking: { detectors: [cards] }",
      "6:24 masking.detectors[0]: ",
    ],
    [
      "a field that is no path",
      "keys: ./keys",
      "keys: ./keys\nmasking: { fields: ['a..b'] }",
      "6:21 masking.fields[0]: ",
    ],
    ["a wrong duration", "expires: 5m", "expires: soon", "31:14 rules[1].expires: Write a duration"],
    ["a duration without a unit", "expires: 5m", "expires: 5", "31:14 rules[1].expires: Write a duration"],
    [
      "a hold without approvers",
      "    approvers: [leads]\n",
      "",
      "28:5 rules[1].approvers: A rule that holds calls needs approvers",
    ],
    [
      "approvers and steps at once",
      "expires: 5m",
      "steps: [{ approvers: [leads], need: any }]",
      "31:12 rules[1].steps: approvers is the short form",
    ],
    [
      "a step for nobody",
      "approvers: [leads]",
      "steps: [{ approvers: [], need: any }]",
      "30:26 rules[1].steps[0].approvers: A step needs approvers",
    ],
    ["no step at all", "approvers: [leads]", "steps: []", "30:12 rules[1].steps: List at least one step"],
    [
      "a step that needs nobody",
      "approvers: [leads]",
      "steps: [{ approvers: [leads], need: 0 }]",
      "30:41 rules[1].steps[0].need: ",
    ],
    [
      "a step that needs half a person",
      "approvers: [leads]",
      "steps: [{ approvers: [leads], need: 1.5 }]",
      "30:41 rules[1].steps[0].need: ",
    ],
    [
      "a group twice in a step",
      "approvers: [leads]",
      "steps: [{ approvers: [leads, leads], need: all }]",
      "30:26 rules[1].steps[0].approvers: A group stands here twice",
    ],
    [
      "a step with a word too many",
      "approvers: [leads]",
      "steps: [{ approvers: [leads], need: any, expires: 5m }]",
      "30:46 rules[1].steps[0].expires: There is no such setting",
    ],
    [
      "quick at high risk",
      "expires: 5m",
      "risk: high\n    quick: true",
      "32:12 rules[1].quick: quick is for risk low or medium",
    ],
    [
      "grants where nothing is held",
      "effect: allow",
      "effect: allow\n    grants: { longest: 8h, mostUses: 2 }",
      "28:13 rules[0].grants: grants goes with effect: approve",
    ],
    [
      "grants at high risk that nothing says are meant",
      "expires: 5m",
      "risk: high\n    grants: { longest: 8h, mostUses: 2 }",
      "32:13 rules[1].grants: Calls of this rule's risk are granted only where grants says so",
    ],
    [
      "grants at critical risk up to high",
      "expires: 5m",
      "risk: critical\n    grants: { longest: 8h, mostUses: 2, upTo: high }",
      "32:13 rules[1].grants: Calls of this rule's risk are granted only where grants says so",
    ],
    [
      "grants where two must approve",
      "approvers: [leads]",
      "steps: [{ approvers: [leads, heads], need: all }]\n    grants: { longest: 8h, mostUses: 2 }",
      "31:13 rules[1].grants: One approver's word makes a grant",
    ],
    [
      "grants in two steps",
      "approvers: [leads]",
      "steps: [{ approvers: [leads], need: any }, { approvers: [heads], need: any }]\n    grants: { longest: 8h, mostUses: 2 }",
      "31:13 rules[1].grants: One approver's word makes a grant",
    ],
    ["grants without an end", "expires: 5m", "grants: { mostUses: 2 }", "31:13 rules[1].grants.longest: "],
    ["grants of no use", "expires: 5m", "grants: { longest: 8h, mostUses: 0 }", "31:38 rules[1].grants.mostUses: "],
    [
      "grants by nothing",
      "expires: 5m",
      "grants: { longest: 8h, mostUses: 2, constraints: [] }",
      "31:54 rules[1].grants.constraints: List at least one",
    ],
    ["readOnly on a hold", "expires: 5m", "readOnly: true", "31:15 rules[1].readOnly: readOnly goes with"],
    ["an empty list of tools", 'tools: ["read_*"]', "tools: []", "26:12 rules[0].tools: List at least one"],
    [
      "a secret inline",
      '"file:secrets/missing"',
      "Bearer-abc",
      "22:33 connections[1].http.headers.authorization: Write the name",
    ],
    [
      "stdio and http at once",
      "    http:\n",
      "    stdio: { command: x }\n    http:\n",
      "19:5 connections[1]: A connection needs exactly one",
    ],
    ["two connections of one name", "name: web", "name: files", "19:11 connections[1].name: Another one has this"],
    ["two rules of one name", "name: writes", "name: reads", "28:11 rules[1].name: Another one has this"],
    [
      "a rule for no connection",
      "[f*]",
      "[f*, db-*]",
      "25:23 rules[0].connections[1]: No connection matches this; there are: files, web",
    ],
    [
      "plain HTTP off loopback",
      "host: 127.0.0.1",
      "host: 0.0.0.0",
      "2:17 listen.host: Plain HTTP is served on loopback only",
    ],
    ["keys within data", "keys: ./keys", "keys: ./data/keys", "5:7 keys: The keys' folder must lie outside"],
    ["keys as data", "keys: ./keys", "keys: data/", "5:7 keys: The keys' folder must lie outside"],
    [
      "keys within data through a link",
      "keys: ./keys",
      "keys: elsewhere/new/keys",
      "5:7 keys: The keys' folder must lie outside",
    ],
    [
      "a public address with a path",
      "127.0.0.1:8080",
      "127.0.0.1:8080/gw",
      "3:12 publicUrl: It must be an origin alone",
    ],
    [
      "a public address with a final slash",
      "127.0.0.1:8080",
      "127.0.0.1:8080/",
      "3:12 publicUrl: It must be an origin alone",
    ],
    [
      "plain http in public",
      "http://127.0.0.1:8080",
      "http://gateway.example",
      "3:12 publicUrl: http is for loopback only",
    ],
    [
      "a host that only begins like loopback",
      "http://127.0.0.1:8080",
      "http://127.0.0.1.evil.example",
      "3:12 publicUrl: http is",
    ],
    ["another scheme", "http://127.0.0.1:8080", "ftp://gateway.example", "3:12 publicUrl: Write an https address"],
    ["Entra without tenants", "kind: oidc", "kind: entra", "7:5 issuers[0].tenants: An Entra issuer needs tenants"],
    [
      "Entra with an empty list",
      "kind: oidc",
      "kind: entra\n    tenants: []",
      "9:14 issuers[0].tenants: An Entra issuer needs tenants",
    ],
    ["tenants elsewhere", "kind: oidc", "kind: okta\n    tenants: [a]", "9:14 issuers[0].tenants: Only Entra"],
    ["an issuer over http", "https://id.example", "http://id.example", "9:13 issuers[0].issuer: Use https"],
    ["a missing CA file", "kind: oidc", "kind: oidc\n    ca: ca.pem", "9:9 issuers[0].ca: The file "],
    ["missing TLS files", "port: 0 }", "port: 0, tls: { cert: c.pem, key: k.pem } }", "listen.tls.cert: The file "],
    [
      "an id of no issuer",
      "connections:\n",
      'identities: [["corp:a", "other:b"]]\nconnections:\n',
      "12:25 identities[0][1]: An id is",
    ],
    [
      "an id of two persons",
      "connections:\n",
      'identities: [["corp:a", "corp:b"], ["corp:c", "corp:a"]]\nconnections:\n',
      "12:47 identities[1][1]: This id stands",
    ],
    [
      "a target that is no web address",
      "http://127.0.0.1:9/mcp",
      "file:///etc/passwd",
      "21:12 connections[1].http.url: Write an http",
    ],
    ["no mapping at all", good, "just text", "1:1 "],
    ["an empty file", good, "", "1:1 "],
  ])("%s", async (_what, from, to, expected) => {
    const found = await problems(replaced(from, to));
    expect(found.join("\n")).toContain(expected);
  });

  it("a slip of syntax as one problem, not as the many that follow from it", async () => {
    const found = await problems(
      replaced("listen: { host: 127.0.0.1, port: 0 }", "listen: { host: 127.0.0.1, port: ${PORT} }"),
    );
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^:?2:\d+ Not valid YAML/);
  });

  it("an empty file", async () => {
    expect(await problems("# nothing yet\n")).toEqual([expect.stringContaining("1:1 The file is empty")]);
  });

  it("a secret written out where its name would do", async () => {
    const found = await problems(replaced("MODE: plain", "API_KEY: abc"));
    expect(found).toEqual([expect.stringMatching(/connections\[?.*API_KEY.*By its name this is a secret/)]);
  });

  it("all problems at once", async () => {
    const found = await problems(replaced("port: 0", "port: high").replace("effect: allow", "effect: permit"));
    expect(found.map((line) => line.split(" ")[0])).toEqual(["2:34", "27:13"]);
  });

  it("and loadConfig throws them with the file's name", async () => {
    const path = await file(replaced("port: 0", "port: high"));
    await expect(loadConfig(path)).rejects.toMatchObject({
      code: "configuration",
      message: expect.stringContaining(`${path}:2:34 listen.port: `),
    });
  });

  it("a file that isn't there", async () => {
    await expect(loadConfig(join(folder, "nowhere.yaml"))).rejects.toMatchObject({
      code: "configuration",
      message: expect.stringContaining("There is no such file: correct the path."),
    });
  });

  it("aliases without end", async () => {
    const bomb = Array.from(
      { length: 9 },
      (_, n) =>
        `x${n}: &x${n} [${
          n === 0
            ? "1"
            : Array(9)
                .fill(`*x${n - 1}`)
                .join(",")
        }]`,
    );
    expect((await problems(bomb.join("\n"))).join()).toContain("aliases");
  });
});

describe("secrets", () => {
  it("that are missing are reported with their place, and never with a value", async () => {
    const loaded = await loadConfig(await file(good));
    await expect(checkSecrets(loaded, {})).rejects.toMatchObject({
      code: "configuration",
      message: [
        `${loaded.path}:18:34 connections[0].stdio.env.TOKEN: The environment variable COUNTERSIGN_TEST_TOKEN is not set: set it where the gateway starts.`,
        `${loaded.path}:22:33 connections[1].http.headers.authorization: The file ${join(folder, "secrets/missing")} can't be read: create it, readable for the gateway's user.`,
      ].join("\n"),
    });
  });

  it("that are all there pass", async () => {
    const loaded = await loadConfig(await file(good.replace("secrets/missing", "secrets/key")));
    await expect(checkSecrets(loaded, { COUNTERSIGN_TEST_TOKEN: "t" })).resolves.toBeUndefined();
  });
});
