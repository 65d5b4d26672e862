import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as passed } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { discover, writeProfile } from "../src/client/profile.ts";
import { signInAs } from "../src/demo/idp/robot.ts";
import { openWorld } from "../test/support/world.ts";
import { echoJob } from "./ground.ts";
import { startLoadClient } from "./processes/children.ts";

/** The built program (`npm run build`): what a person runs. */
const program = fileURLToPath(new URL("../dist/cli/index.js", import.meta.url));
const calls = 100;
/** The first token's life. A call gets one with ten seconds left at least, so that the first call after `restMs` renews it. */
const firstTokenSeconds = 12;
const restMs = 3_000;

/** Resident memory of the headless client, in MiB: signed in and at rest, and after one refresh and a hundred calls. Linux alone. */
export async function measureMemory(): Promise<string> {
  const world = await openWorld();
  const { switches } = world.idp.oidc;
  const life = switches.accessTokenSeconds;
  switches.accessTokenSeconds = firstTokenSeconds;
  const profile = await mkdtemp(join(tmpdir(), "countersign-memory-"));
  const client = startLoadClient();
  const [proposal] = (await discover(world.url)).profiles;
  if (proposal === undefined) throw new Error("the gateway offers no sign-in");
  await writeProfile(profile, proposal);
  const owner = spawn(process.execPath, [program, "connect", "--profile", profile, "--json"], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(owner, "exit");
  try {
    createInterface({ input: owner.stderr }).on("line", (line) => {
      const url = /https?:\S+/.exec(line)?.[0];
      if (url !== undefined) void signInAs(url, "engineer");
    });
    const { tunnel } = opened.parse(JSON.parse(await textOf(owner)));
    const token = added.parse(JSON.parse(await answerOf(profile, ["clients", "add", "bench"]))).token;
    switches.accessTokenSeconds = life;
    await passed(restMs);
    const before = await residentOf(owner);
    const url = `http://127.0.0.1:${tunnel.port}/mcp/everything`;
    const job = echoJob(url, token, 1, calls);
    await client.run({ ...job, body: job.body.replace('"text"', '"message"') });
    const after = await residentOf(owner);
    return `Headless client, resident: ${before.toFixed(0)} MiB signed in, ${after.toFixed(0)} MiB after one refresh and ${calls} calls\n`;
  } finally {
    owner.kill("SIGTERM");
    await ended;
    await client.close();
    await world.close();
    await rm(profile, { recursive: true, force: true });
  }
}

const opened = z.object({ tunnel: z.object({ port: z.number() }) });
const added = z.object({ token: z.string() });

/** What a program has written once that is one whole JSON value. */
async function textOf({ stdout }: ChildProcess): Promise<string> {
  let text = "";
  for await (const chunk of stdout ?? []) {
    text += String(chunk);
    try {
      JSON.parse(text);
      return text;
    } catch {
      continue;
    }
  }
  throw new Error(`it ended, and said ${text}`);
}

async function answerOf(profile: string, command: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [program, ...command, "--profile", profile, "--json"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  return await textOf(child);
}

async function residentOf({ pid }: ChildProcess): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
}
