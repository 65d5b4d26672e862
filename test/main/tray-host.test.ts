import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { hasTrayHost } from "../../src/main/tray-host.ts";

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function scratch(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "countersign-bus-"));
  ends.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A bus that answers whatever it is sent with these bytes, one after the other. */
async function bus(...answers: readonly (string | Buffer)[]): Promise<NodeJS.ProcessEnv> {
  const path = join(await scratch(), "bus");
  const server: Server = createServer((socket) => {
    const left = [...answers];
    socket.on("error", () => undefined);
    socket.on("data", () => {
      const answer = left.shift();
      if (answer === undefined) socket.end();
      else socket.write(answer);
    });
  });
  server.listen(path);
  await once(server, "listening");
  ends.push(() => server.close());
  return { DBUS_SESSION_BUS_ADDRESS: `unix:abstract-no=1,path=${path};tcp:host=x` };
}

/** A reply to our second call. */
function reply(held: number): Buffer {
  const head = Buffer.alloc(28);
  head.write("l\x02\x01\x01", "latin1");
  head.writeUInt32LE(4, 4);
  head.writeUInt32LE(2, 8);
  head.writeUInt32LE(8, 12);
  Buffer.from([5, 1, 0x75, 0, 2, 0, 0, 0]).copy(head, 16);
  head.writeUInt32LE(held, 24);
  return head;
}

test.each(["darwin", "win32"] as const)("%s always has a tray", async (platform) => {
  expect(await hasTrayHost(platform, {})).toBe(true);
});

test("Linux has one where the watcher's name is held, and none where it is not", async () => {
  expect(await hasTrayHost("linux", await bus("OK 0123\r\n", reply(1)))).toBe(true);
  expect(await hasTrayHost("linux", await bus("OK 0123\r\n", reply(0)))).toBe(false);
});

test.each<[string, NodeJS.ProcessEnv]>([
  ["no bus is named", {}],
  ["the bus is not of this machine", { DBUS_SESSION_BUS_ADDRESS: "tcp:host=localhost,port=1" }],
  ["nobody listens", { DBUS_SESSION_BUS_ADDRESS: "unix:path=/nowhere/bus" }],
  ["the address is none", { DBUS_SESSION_BUS_ADDRESS: "unix:path=%zz" }],
])("Linux has none where %s", async (_why, env) => {
  expect(await hasTrayHost("linux", env)).toBe(false);
});

test("a bus that refuses, hangs up or talks nonsense has no tray", async () => {
  expect(await hasTrayHost("linux", await bus("REJECTED EXTERNAL\r\n"))).toBe(false);
  expect(await hasTrayHost("linux", await bus("OK 0123\r\n"))).toBe(false);
  expect(await hasTrayHost("linux", await bus("OK 0123\r\n", Buffer.alloc(64, 0xff)))).toBe(false);
});

const daemon = "/usr/bin/dbus-daemon";
test.skipIf(!existsSync(daemon))("asks a real message bus, on which nobody shows trays", async () => {
  const path = join(await scratch(), "bus");
  const child = spawn(daemon, ["--session", "--nofork", "--print-address", `--address=unix:path=${path}`]);
  ends.push(() => child.kill());
  await once(child.stdout, "data");
  expect(await hasTrayHost("linux", { DBUS_SESSION_BUS_ADDRESS: `unix:path=${path}` })).toBe(false);
});
