import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { discover, gatewayOrigin, readProfile, writeProfile } from "../../src/client/profile.ts";
import { startGateway, type GatewayStandIn } from "../support/gateway-stand-in.ts";

let directory: string;
let gateway: GatewayStandIn;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "countersign-profile-"));
  gateway = await startGateway();
});
afterEach(async () => {
  await gateway.close();
  await rm(directory, { recursive: true, force: true });
});

describe("gateway's address", () => {
  it.each([
    ["https://gateway.example", "https://gateway.example"],
    ["https://gateway.example/", "https://gateway.example"],
    ["https://GATEWAY.example:443", "https://gateway.example"],
    ["http://127.0.0.1:8080", "http://127.0.0.1:8080"],
    ["http://localhost:8080", "http://localhost:8080"],
    ["http://[::1]:8080", "http://[::1]:8080"],
  ])("takes %s", (address, origin) => {
    expect(gatewayOrigin(address)).toBe(origin);
  });

  it.each([
    "http://gateway.example",
    "http://127.0.0.1.evil.example",
    "http://127.0.0.2",
    "ftp://127.0.0.1",
    "file:///etc/passwd",
    "https://user:pass@gateway.example",
    "https://gateway.example/path",
    "https://gateway.example/?x",
    "gateway.example",
    "",
  ])("refuses %j", (address) => {
    expect(() => gatewayOrigin(address)).toThrow(expect.objectContaining({ code: "misconfigured" }));
  });
});

describe("discovery", () => {
  it("proposes a profile for each way to sign in", async () => {
    const { profiles } = await discover(gateway.origin);
    expect(profiles).toEqual([gateway.profile]);
  });

  it("refuses a gateway that calls itself by another origin", async () => {
    const impostor = createServer((_request, response) => {
      const { audience, ledgerKey, provider } = gateway.profile;
      const body = { v: 1, gateway: gateway.origin, ledgerKey, signIn: [{ audience, provider }], nowMs: 0 };
      response.end(JSON.stringify(body));
    }).listen(0, "127.0.0.1");
    await once(impostor, "listening");
    const address = `http://127.0.0.1:${(impostor.address() as AddressInfo).port}`;
    await expect(discover(address)).rejects.toMatchObject({ code: "misconfigured" });
    impostor.close();
  });

  it("says so where nothing answers", async () => {
    await gateway.close();
    await expect(discover(gateway.origin)).rejects.toMatchObject({ code: "gateway_unreachable" });
  });
});

describe("profile", () => {
  it("is read as it was confirmed, and absent before", async () => {
    expect(await readProfile(directory)).toBeNull();
    await writeProfile(directory, gateway.profile);
    expect(await readProfile(directory)).toEqual(gateway.profile);
  });

  it("takes another scope, which a confirmed gateway may come to need", async () => {
    await writeProfile(directory, gateway.profile);
    const wider = { ...gateway.profile, provider: { ...gateway.profile.provider, scope: "openid mcp" } };
    await writeProfile(directory, wider);
    expect(await readProfile(directory)).toEqual(wider);
  });

  it.each(["{", "{}", '{"v":2}'])("is refused when its file is damaged: %s", async (text) => {
    await writeFile(join(directory, "profile.json"), text);
    await expect(readProfile(directory)).rejects.toMatchObject({ code: "configuration" });
  });

  it("is refused where its gateway is plain HTTP somewhere else", async () => {
    const plain = { ...gateway.profile, gateway: "http://gateway.example" };
    await writeFile(join(directory, "profile.json"), JSON.stringify(plain));
    await expect(readProfile(directory)).rejects.toMatchObject({ code: "misconfigured" });
  });
});
