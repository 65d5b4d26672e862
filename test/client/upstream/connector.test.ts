import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeServerCertificate } from "../../../src/demo/idp/certificate.ts";

const run = promisify(execFile);
const dispatcher = new URL("../../../src/client/upstream/dispatcher.ts", import.meta.url).href;
let folder: string;
let gateway: Server;
const file = (name: string): string => join(folder, `${name}.pem`);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "countersign-trust-"));
  const { ca, cert, key } = makeServerCertificate(Date.now());
  await writeFile(file("ours"), ca);
  await writeFile(file("another"), makeServerCertificate(Date.now()).ca);
  gateway = createServer({ cert, key }, (_request, response) => response.end("reached")).listen(0, "127.0.0.1");
  await once(gateway, "listening");
});
afterAll(async () => {
  gateway.close();
  await rm(folder, { recursive: true, force: true });
});

/** What a client told, twice, whose Node and system know these authorities. */
async function reached(authorities: { readonly node: string; readonly system: string; readonly profile?: string }) {
  const ca =
    authorities.profile === undefined ? "undefined" : `readFileSync(${JSON.stringify(authorities.profile)}, "utf8")`;
  const { port } = gateway.address() as AddressInfo;
  const script = `
    import { readFileSync } from "node:fs";
    import { connections } from ${JSON.stringify(dispatcher)};
    const origin = "https://127.0.0.1:${port}";
    const { dispatcher } = connections(origin, ${ca});
    const told = [];
    for (const path of ["/one", "/two"]) {
      try {
        const answer = await dispatcher.request({ origin, path, method: "GET", reset: true });
        told.push(await answer.body.text());
      } catch (error) {
        told.push(error.code);
      }
    }
    await dispatcher.destroy();
    console.log(told.join(" "));`;
  const env = {
    PATH: process.env["PATH"],
    NODE_EXTRA_CA_CERTS: authorities.node,
    SSL_CERT_FILE: authorities.system,
    SSL_CERT_DIR: join(folder, "none"),
  };
  return (await run(process.execPath, ["--input-type=module", "--eval", script], { env })).stdout.trim();
}

// On other systems the store is nobody's file.
describe.runIf(process.platform === "linux")("a gateway's certificate", () => {
  it("is good by an authority that Node knows", async () => {
    expect(await reached({ node: file("ours"), system: file("another") })).toBe("reached reached");
  });
  it("is good by the profile's authority", async () => {
    const profile = file("ours");
    expect(await reached({ node: file("another"), system: file("another"), profile })).toBe("reached reached");
  });
  it("is good by an authority of the system's store, also where the profile adds another", async () => {
    expect(await reached({ node: file("another"), system: file("ours") })).toBe("reached reached");
    const profile = file("another");
    expect(await reached({ node: file("another"), system: file("ours"), profile })).toBe("reached reached");
  });
  it("is refused where nobody vouches for it, each time", async () => {
    const code = "UNABLE_TO_VERIFY_LEAF_SIGNATURE";
    expect(await reached({ node: file("another"), system: file("another") })).toBe(`${code} ${code}`);
  });
});
