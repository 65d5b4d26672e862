import { rm, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ruleWarnings } from "../../src/cli/coverage.ts";
import { makeFolder, type DemoFolder } from "../../src/demo/folder.ts";
import { gatewayYaml } from "../../src/demo/gateway-yaml.ts";
import { startIdentityProvider, type IdentityProvider } from "../../src/demo/idp/index.ts";
import { loadConfig } from "../../src/gateway/config.ts";

let folder: DemoFolder;
let provider: IdentityProvider;

beforeAll(async () => {
  folder = await makeFolder();
  provider = await startIdentityProvider();
  await writeFile(folder.authority, provider.ca);
});

afterAll(async () => {
  await provider.close();
  await rm(folder.root, { recursive: true });
});

describe("the demo's gateway.yaml", () => {
  it.each(["oidc", "entra", "okta"] as const)("is good and has no odd rule with the %s issuer", async (kind) => {
    const facts = { port: 8443, issuer: provider[kind], customersUrl: "http://127.0.0.1:8444/mcp" };
    await writeFile(folder.config, await gatewayYaml(folder, facts));
    const { config } = await loadConfig(folder.config);
    expect(config.connections.map(({ name }) => name)).toEqual(["everything", "files", "memory", "customers"]);
    expect(config.issuers[0]?.kind).toBe(kind);
    expect(ruleWarnings(config).flat()).toEqual([]);
  });

  it("keeps the sample servers' state and the keys out of the data folder", async () => {
    for (const outside of [folder.keys, folder.files, folder.memory, folder.config, folder.profiles.engineer]) {
      expect(outside.startsWith(`${folder.data}/`)).toBe(false);
    }
  });
});
