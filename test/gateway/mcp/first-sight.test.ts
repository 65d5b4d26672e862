import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { loadKeys } from "../../../src/gateway/keys.ts";
import { createMasker } from "../../../src/gateway/masking/masker.ts";
import { OutputSchemas } from "../../../src/gateway/masking/output-schemas.ts";
import { KnownTools } from "../../../src/gateway/mcp/known-tools.ts";
import type { Connection } from "../../../src/gateway/runtime.ts";
import { openStore } from "../../../src/gateway/store/open-store.ts";
import type { Store } from "../../../src/gateway/store/store.ts";

let folder: string;
let store: Store;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "countersign-first-sight-"));
  const keys = await loadKeys(join(folder, "keys"));
  store = await openStore({ folder: join(folder, "data"), keys, origin: "gateway.example", now: Date.now });
});
afterAll(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

const connection: Connection = {
  name: "files",
  title: null,
  place: "place",
  target: {
    transport: "http",
    open: () => {
      throw new Error("nothing is asked of this target");
    },
    close: () => Promise.resolve(),
  },
  masker: createMasker({ detectors: [], fields: [] }),
  outputSchemas: new OutputSchemas(),
  timeoutMs: 1000,
  accepts: "provider-tokens",
  facts: { server: null, state: "unknown" },
};
const listed = { tools: [{ name: "read_file", description: "Reads.", inputSchema: { type: "object" } }] };

it("believes a tool only once its first sight is recorded: a call meanwhile would find it changed", async () => {
  const { promise: recorded, resolve: record } = Promise.withResolvers<void>();
  const slow: Store = { ...store, commit: (work) => recorded.then(() => store.commit(work)) };
  const tools = new KnownTools(slow, Date.now);
  const learning = tools.learn(connection, listed);
  expect(tools.known(connection, "read_file")).toBeNull();
  record();
  await learning;
  const tool = tools.known(connection, "read_file");
  expect(tool !== null && tools.isAccepted(connection, tool, "staff:erin")).toBe(true);
});
