import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createAgent } from "../../src/agent/index.ts";
import type { TargetSession } from "../../src/shared/target.ts";
import { collect, never, notification, resultOf, rpc } from "./collect.ts";

const agent = createAgent();
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "countersign-agent-"));
});
afterAll(async () => {
  await agent.close();
  await rm(folder, { recursive: true, force: true });
});

async function initialized(server: string, args: string[], env: Record<string, string> = {}): Promise<TargetSession> {
  const manifest = createRequire(import.meta.url).resolve(`@modelcontextprotocol/server-${server}/package.json`);
  const main = join(dirname(manifest), "dist/index.js");
  const session = agent.target({ name: server, command: process.execPath, args: [main, ...args], env }).open("legacy");
  const hello = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "test", version: "1" } };
  const answer = await resultOf<{ protocolVersion: string }>(session.request(rpc(0, "initialize", hello), {}, never()));
  expect(answer.protocolVersion).toBe("2025-11-25");
  await session.notify(notification("notifications/initialized"), {});
  return session;
}

function longCall(progressToken: string): object {
  const operation = { duration: 0.4, steps: 4 };
  return { name: "trigger-long-running-operation", arguments: operation, _meta: { progressToken } };
}

interface Called {
  readonly content: readonly { readonly text: string }[];
  readonly isError?: boolean;
}

test("server-everything: concurrent long calls report their progress each to its own caller", async () => {
  const session = await initialized("everything", []);
  const answers = await Promise.all(
    ["a", "b", "c"].map((token) => collect(session.request(rpc(token, "tools/call", longCall(token)), {}, never()))),
  );
  for (const [index, token] of ["a", "b", "c"].entries()) {
    const progress = answers[index]?.filter(({ method }) => method === "notifications/progress");
    expect(progress).toMatchObject(
      [1, 2, 3, 4].map((value) => ({ params: { progress: value, progressToken: token } })),
    );
    expect(answers[index]?.at(-1)).toMatchObject({ id: token, result: { content: [{ type: "text" }] } });
  }
});

test("server-filesystem writes within its folder", async () => {
  const session = await initialized("filesystem", [folder]);
  const write = { name: "write_file", arguments: { path: join(folder, "a.txt"), content: "hello" } };
  const written = await resultOf<Called>(session.request(rpc(1, "tools/call", write), {}, never()));
  expect(written.isError ?? false).toBe(false);
  expect(await readFile(join(folder, "a.txt"), "utf8")).toBe("hello");
});

test("server-memory keeps its file where its environment says", async () => {
  const session = await initialized("memory", [], { MEMORY_FILE_PATH: join(folder, "memory.jsonl") });
  const create = {
    name: "create_entities",
    arguments: { entities: [{ name: "x", entityType: "y", observations: [] }] },
  };
  await collect(session.request(rpc(1, "tools/call", create), {}, never()));
  expect(await readFile(join(folder, "memory.jsonl"), "utf8")).toContain('"x"');
});

test("a server of the legacy era answers a modern request in its own words, unchanged", async () => {
  const session = await initialized("memory", [], { MEMORY_FILE_PATH: join(folder, "memory.jsonl") });
  const [answer] = await collect(session.request(rpc("d", "server/discover"), {}, never()));
  expect(answer).toMatchObject({ id: "d", error: { code: -32601, message: "Method not found" } });
});
