import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { verifyCheckpoint } from "../../src/shared/note.ts";
import { isConsistent } from "../../src/shared/tree-proof.ts";

/** A witness as C2SP tlog-witness and tlog-cosignature (Ed25519) describe one, on loopback: none that is on npm or in Debian can be had. It keeps its state in memory. */
export interface WitnessStandIn {
  readonly url: string;
  /** Its public key, as a gateway and a verifier are given it. */
  readonly key: string;
  /** The status of each answer, the oldest first. */
  readonly answered: number[];
  /** The largest tree that it has cosigned; a test may make it another. */
  known: { size: number; root: string };
  /** Answers this instead; null: as it should. */
  insteadOf: { readonly status: number; readonly body: string } | null;
  /** When it says that it saw the trees, a cosignature for each, seconds since the epoch; null: now. */
  times: readonly bigint[] | null;
  close(): Promise<void>;
}

export async function startWitness(name: string, logKey: string): Promise<WitnessStandIn> {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const raw = Buffer.from(publicKey.export({ format: "jwk" }).x ?? "", "base64url");
  const material = Buffer.concat([Buffer.of(4), raw]);
  const hash = createHash("sha256").update(`${name}\n`).update(material).digest().subarray(0, 4);

  function cosigned(text: string, seconds: bigint): string {
    const time = Buffer.alloc(8);
    time.writeBigUInt64BE(seconds);
    const signature = sign(null, Buffer.from(`cosignature/v1\ntime ${seconds}\n${text}`), privateKey);
    return `— ${name} ${Buffer.concat([hash, time, signature]).toString("base64")}\n`;
  }

  async function answer(body: string): Promise<readonly [status: number, text: string]> {
    if (witness.insteadOf !== null) return [witness.insteadOf.status, witness.insteadOf.body];
    const [, old = "", proof = "", note = ""] =
      /^old (0|[1-9]\d*)\n((?:[A-Za-z0-9+/]{43}=\n)*)\n([^]+)$/.exec(body) ?? [];
    const checkpoint = await verifyCheckpoint(note, logKey);
    if (old === "") return [400, ""];
    if (checkpoint === null) return [403, ""];
    if (Number(old) > checkpoint.size) return [400, ""];
    const { known } = witness;
    if (Number(old) !== known.size) return [409, `${known.size}\n`];
    const hashes = proof.split("\n").filter((line) => line !== "");
    if (known.size === checkpoint.size && known.root !== checkpoint.root) return [409, `${known.size}\n`];
    if (known.size > 0 && !(await isConsistent(known, checkpoint, hashes))) return [422, ""];
    witness.known = { size: checkpoint.size, root: checkpoint.root };
    const text = note.slice(0, note.lastIndexOf("\n\n") + 1);
    const times = witness.times ?? [BigInt(Math.floor(Date.now() / 1000))];
    const lines = times.map((seconds) => cosigned(text, seconds));
    return [200, `— stranger.example ${Buffer.alloc(76).toString("base64")}\n${lines.join("")}`];
  }

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const isAsked = request.method === "POST" && request.url === "/log/add-checkpoint";
    const body = await buffer(request);
    const [status, text] = isAsked ? await answer(body.toString("utf8")) : [404, ""];
    witness.answered.push(status);
    response.writeHead(status, { "content-type": status === 409 ? "text/x.tlog.size" : "text/plain" }).end(text);
  }

  const server = createServer((request, response) => void respond(request, response)).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const witness: WitnessStandIn = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/log`,
    key: `${name}+${hash.toString("hex")}+${material.toString("base64")}`,
    answered: [],
    known: { size: 0, root: "" },
    insteadOf: null,
    times: null,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return witness;
}
