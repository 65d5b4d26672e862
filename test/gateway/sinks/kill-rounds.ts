import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes, randomInt } from "node:crypto";
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { makeServerCertificate } from "../../../src/demo/idp/certificate.ts";
import { freePort } from "../../../src/demo/free-port.ts";
import { openSource } from "../../../src/gateway/audit/source.ts";
import { verifyLedger } from "../../../src/gateway/audit/verify.ts";
import { loadKeys } from "../../../src/gateway/keys.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { received } from "../../support/event-receivers.ts";
import { eventually } from "../../support/eventually.ts";
import { startGatewayProcess, type GatewayProcess } from "../../support/gateway-process.ts";
import { findWrongPlaces } from "../../support/ledger-verifier.ts";
import { serve } from "../connections/servers.ts";
import { modernRequest, post, result } from "../mcp/ground.ts";

const program = fileURLToPath(new URL("./receivers-child.ts", import.meta.url));
const receivers = ["webhook", "syslog", "otlp"] as const;

/** What is left after rounds of `kill -9` under traffic. */
interface KillOutcome {
  /** Calls that were answered, and ones that a kill cut off. */
  readonly answered: number;
  readonly cut: number;
  readonly entries: number;
  /** What both verifiers found wrong. */
  readonly findings: readonly unknown[];
  /** What each receiver got, in its order. */
  readonly received: Readonly<Record<string, readonly Line[]>>;
}

interface Line {
  readonly seq: number;
  readonly uid: string;
}

/** Kills a gateway with four sinks, or the process of their receivers, at random moments of real traffic; then lets all come to rest. */
export async function killRounds(rounds: number): Promise<KillOutcome> {
  const target = await serve((_request, response, body) => {
    const text = body.includes("long") ? "long ".repeat(2000) : "done";
    response
      .writeHead(200, { "content-type": "application/json" })
      .end(result(body, { content: [{ type: "text", text }] }));
  });
  const secrets = { secret: randomBytes(24).toString("base64"), apiKey: randomBytes(12).toString("hex") };
  const ports = { webhook: await freePort(), syslog: await freePort(), otlp: await freePort() };
  const gateway = await startGatewayProcess({
    target: target.url,
    rules: [
      { name: "reads", tools: ["get_*"], effect: "allow", readOnly: true },
      { name: "writes", tools: ["set_*"], effect: "allow" },
    ],
    config: { sinks: sinksAt(ports) },
    env: { SINK_SECRET: `whsec_${secrets.secret}`, SINK_KEY: secrets.apiKey },
    prepare: (folder) => writeCertificate(folder),
  });
  let child = await startReceivers(gateway.folder, ports, secrets);
  const traffic = startTraffic(gateway, await gateway.token("erin", ["engineers"]));
  try {
    for (let round = 0; round < rounds; round += 1) {
      await traffic.more(15);
      await wait(randomInt(0, 200));
      if (round % 2 === 0) await gateway.restart("SIGKILL");
      else {
        await kill(child);
        await wait(randomInt(0, 300));
        child = await startReceivers(gateway.folder, ports, secrets);
      }
    }
    await traffic.more(15);
    const made = await traffic.stop();
    return { ...made, ...(await everything(gateway)), findings: await findingsIn(gateway) };
  } finally {
    await traffic.stop();
    await kill(child);
    await gateway.close();
    await target.close();
  }
}

function sinksAt(ports: Readonly<Record<(typeof receivers)[number], number>>): JsonObject[] {
  return [
    { name: "file", file: { path: "file.jsonl" } },
    { name: "webhook", webhook: { url: at(ports.webhook, "events"), secret: "env:SINK_SECRET", ca: "ca.pem" } },
    { name: "syslog", syslog: { host: "127.0.0.1", port: ports.syslog, ca: "ca.pem" } },
    { name: "otlp", otlp: { url: at(ports.otlp, "v1/logs"), headers: { "x-api-key": "env:SINK_KEY" }, ca: "ca.pem" } },
  ];
}

function at(port: number, path: string): string {
  return `https://127.0.0.1:${port}/${path}`;
}

async function writeCertificate(folder: string): Promise<void> {
  const { cert, key, ca } = makeServerCertificate(Date.now());
  await mkdir(folder, { recursive: true });
  await Promise.all(
    Object.entries({ cert, key, ca }).map(([name, pem]) => writeFile(join(folder, `${name}.pem`), pem)),
  );
}

async function startReceivers(folder: string, ports: object, secrets: object): Promise<ChildProcess> {
  const child = spawn(process.execPath, [program, JSON.stringify({ folder, ports, ...secrets })], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "close");
}

/** Four callers that go on whatever becomes of the gateway. */
function startTraffic(gateway: GatewayProcess, token: string) {
  const over = new AbortController();
  const made = { answered: 0, cut: 0 };
  const names = ["get_short", "set_short", "get_long", "delete_denied"];
  const caller = async (name: string): Promise<void> => {
    while (!over.signal.aborted) {
      const request = modernRequest(name, "tools/call", { name, arguments: {} });
      const whole = await post(gateway, token, request, over.signal).then(
        async (answer) => (await answer.text()) !== "",
        () => false,
      );
      if (whole) made.answered += 1;
      else made.cut += 1;
      await wait(whole ? 5 : 50);
    }
  };
  const callers = Promise.all(names.map(caller));
  return {
    /** Resolves once so many more calls were answered. */
    async more(count: number): Promise<void> {
      const until = made.answered + count;
      await eventually(() => {
        if (made.answered < until) throw new Error("no more calls were answered");
      });
    },
    async stop(): Promise<typeof made> {
      over.abort();
      await callers;
      return made;
    },
  };
}

/** What each receiver got, once it has every entry there is. */
async function everything({ folder }: GatewayProcess): Promise<Pick<KillOutcome, "entries" | "received">> {
  return eventually(async () => {
    const entries = entriesIn(folder);
    const got: Record<string, readonly Line[]> = { file: await inFile(folder) };
    for (const name of receivers) got[name] = await noted(folder, name);
    for (const [name, lines] of Object.entries(got)) {
      const { size } = new Set(lines.map(({ seq }) => seq));
      if (size < entries) throw new Error(`${name} has ${size} of ${entries} entries`);
    }
    return { entries, received: got };
  });
}

function entriesIn(folder: string): number {
  const db = new DatabaseSync(join(folder, "data", "gateway.sqlite"), { readOnly: true });
  try {
    return Number(db.prepare("SELECT count(*) AS n FROM ledger_entries").get()?.["n"]);
  } finally {
    db.close();
  }
}

async function inFile(folder: string): Promise<readonly Line[]> {
  const lines = (await readFile(join(folder, "file.jsonl"), "utf8")).split("\n").slice(0, -1);
  return lines.map((line) => {
    const { metadata } = received.parse(JSON.parse(line));
    return { seq: metadata.sequence, uid: metadata.uid };
  });
}

/** What the receivers' process has written; of a line that a kill left half its event comes again. */
async function noted(folder: string, name: string): Promise<readonly Line[]> {
  const text = await readFile(join(folder, `${name}.received`), "utf8");
  return [...text.matchAll(/^(\d+) (\S+)$/gm)].map(([, seq, uid = ""]) => ({ seq: Number(seq), uid }));
}

/** What the gateway's verifier and the independent one find. */
async function findingsIn({ folder, url }: GatewayProcess): Promise<readonly unknown[]> {
  const verifierKey = (await loadKeys(join(folder, "keys"))).verifierKey(new URL(url).host);
  const data = join(folder, "data");
  const report = await verifyLedger(await openSource(data), { verifierKey });
  return [...(report.ok ? [] : [report]), ...findWrongPlaces(data, verifierKey)];
}
