import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createKnownKeys, type KnownKeys } from "../../src/client/known-ledger-keys.ts";
import { signCheckpoint, signRotation } from "../../src/gateway/audit/checkpoint.ts";
import { appendLeaf, emptyTree, leafHash } from "../../src/gateway/audit/merkle.ts";
import { type GatewayKeys, loadKeys, makeNextKey } from "../../src/gateway/keys.ts";
import { CountersignError } from "../../src/shared/errors.ts";
import { openGround, type Ground } from "../gateway/mcp/ground.ts";
import { eventually } from "../support/eventually.ts";
import { installClient } from "../support/installed-client.ts";
import { call } from "../support/world.ts";

const origin = "gateway.example";
let folder: string;
let pinned: string;
/** The log's keys before and after it handed over, and the note that says so. */
let before: GatewayKeys;
let after: GatewayKeys;
let note: string;

const tree = (size: number) =>
  Array.from({ length: size }, (_, at) => leafHash(String(at))).reduce(appendLeaf, emptyTree);

/** Keys that hand over after five entries to another key than those of the same name; the first key is the same each time. */
async function rotated(name: string): Promise<{ readonly keys: GatewayKeys; readonly note: string }> {
  const keys = await loadKeys(join(folder, "keys"));
  await loadKeys(join(folder, name));
  const next = await makeNextKey(join(folder, name));
  return { keys: await loadKeys(join(folder, name)), note: signRotation(origin, keys, next, 5) };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "countersign-known-keys-"));
  before = await loadKeys(join(folder, "keys"));
  pinned = before.verifierKey(origin);
  ({ keys: after, note } = await rotated("second"));
  after.takeNext();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function known(rotations: () => Promise<readonly string[]>, directory?: string): Promise<KnownKeys> {
  return createKnownKeys({
    directory: directory ?? (await mkdtemp(join(folder, "profile-"))),
    ledgerKey: pinned,
    rotations,
  });
}
const never = () => Promise.reject(new Error("it asks though it knows"));

it("asks nothing while the pinned key signs", async () => {
  expect(await (await known(never)).verifyNow(signCheckpoint(origin, before, tree(3)))).toMatchObject({ size: 3 });
});

it("follows a key that the pinned one handed over to, and knows it after a restart without asking", async () => {
  const directory = await mkdtemp(join(folder, "profile-"));
  const first = await known(() => Promise.resolve([note]), directory);
  expect(await first.verifyNow(signCheckpoint(origin, after, tree(6)))).toMatchObject({ size: 6 });
  const second = await known(never, directory);
  expect(await second.verify(signCheckpoint(origin, after, tree(7)))).toMatchObject({ size: 7 });
  // Each key has its own time.
  expect(await second.verify(signCheckpoint(origin, before, tree(5)))).toMatchObject({ size: 5 });
  expect(await second.verify(signCheckpoint(origin, before, tree(8)))).toBeNull();
});

it("takes no second successor of a key: that is a second history", async () => {
  const directory = await mkdtemp(join(folder, "profile-"));
  await (await known(() => Promise.resolve([note]), directory)).verifyNow(signCheckpoint(origin, after, tree(6)));
  const other = await rotated("other");
  other.keys.takeNext();
  const again = await known(() => Promise.resolve([other.note]), directory);
  expect(await again.verifyNow(signCheckpoint(origin, other.keys, tree(6)))).toBeNull();
});

it("takes no key that the pinned one didn't sign for", async () => {
  const stranger = await loadKeys(join(folder, "stranger"));
  const text = note.replace(after.verifierKey(origin), stranger.verifierKey(origin));
  const asked = await known(() => Promise.resolve([text]));
  expect(await asked.verifyNow(signCheckpoint(origin, stranger, tree(6)))).toBeNull();
});

it("waits where the gateway can't be asked now", async () => {
  const away = await known(() => Promise.reject(new CountersignError("gateway_unreachable", "It is away.")));
  expect(await away.verifyNow(signCheckpoint(origin, after, tree(6)))).toBe("later");
});

it("a gateway whose key was rotated shows the key that its log began with, and the way to the one of now", async () => {
  const ground: Ground & { close(): Promise<void> } = await openGround((_request, response) => void response.end());
  try {
    const discovery = async () =>
      (await (await fetch(`${ground.url}/.well-known/countersign`)).json()) as {
        ledgerKey: string;
        ledgerKeyRotations?: string[];
      };
    const { ledgerKey, ledgerKeyRotations: none } = await discovery();
    expect(none).toBeUndefined();
    await makeNextKey(join(ground.data, "..", "keys"));
    await ground.restart();
    const shown = await discovery();
    expect(shown.ledgerKey).toBe(ledgerKey);
    const { body } = await call(ground.url, await ground.token("erin", ["engineers"]), "/v1/audit/checkpoint");
    const keys = createKnownKeys({
      directory: await mkdtemp(join(folder, "profile-")),
      ledgerKey,
      rotations: () => Promise.resolve(shown.ledgerKeyRotations ?? []),
    });
    const { note: newest } = body as { note: string };
    expect(await keys.verify(newest)).toBeNull();
    expect(await keys.verifyNow(newest)).toMatchObject({ size: expect.any(Number) });
  } finally {
    await ground.close();
  }
});

it("a client that is signed in goes on over a rotation, and remembers the new key", async () => {
  const ground = await openGround((_request, response) => void response.end());
  const installed = await installClient(ground);
  try {
    await eventually(() => readFile(join(installed.directory, "checkpoint.txt"), "utf8"));
    await makeNextKey(join(ground.data, "..", "keys"));
    await ground.restart();
    const learnt = () => readFile(join(installed.directory, "ledger-keys.json"), "utf8");
    expect(await eventually(learnt)).toContain("countersign ledger key rotation");
    expect(installed.client.state().ledger).toBeNull();
  } finally {
    await installed.close();
    await ground.close();
  }
});
