import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import type { Approvals } from "../../../src/gateway/approvals/approvals.ts";
import { mostEndedBytes } from "../../../src/gateway/approvals/backlog.ts";
import { viewFor } from "../../../src/gateway/approvals/view.ts";
import { Lasting } from "../../../src/gateway/identity/lasting.ts";
import { ApprovalsStream } from "../../../src/gateway/approvals/stream.ts";
import type { Principal } from "../../../src/gateway/identity/principal.ts";
import type { ApprovalRecord, Store } from "../../../src/gateway/store/store.ts";
import { approval, scratch } from "../store/scratch.ts";

const auditor: Principal = {
  id: "staff:audrey",
  kind: "user",
  name: "Audrey",
  groups: [],
  issuer: "staff",
  person: "staff:audrey",
  roles: ["auditor"],
  clientId: "app",
  expiresAtMs: Date.now() + 3_600_000,
  authenticatedAtMs: null,
};

interface Frame {
  readonly type: string;
  readonly whole?: boolean;
  readonly revision?: number;
  readonly approval?: { readonly id: string; readonly revision: number; readonly state: string };
}

interface Read {
  readonly frames: Frame[];
  readonly until: (fits: (frame: Frame) => boolean) => Promise<void>;
}

interface Opened {
  readonly listeners: ((record: ApprovalRecord) => void)[];
  /** Opens a stream; the frames that came, and a wait for the first that fits. */
  readonly read: (query?: string) => Read;
}

/** The stream of this store on a real socket, for an auditor, told of changes by hand. */
async function openStream(store: Store): Promise<Opened> {
  const listeners: ((record: ApprovalRecord) => void)[] = [];
  const told: Pick<Approvals, "onChange" | "seenBy"> = {
    seenBy: (principal, record) => viewFor(principal, record, () => ""),
    onChange(listener) {
      listeners.push(listener);
      return () => undefined;
    },
  };
  const stream = new ApprovalsStream(
    store,
    told,
    { seenBy: () => null },
    new Lasting({ current: () => undefined }, Date.now),
    Date.now,
  );
  const server = createServer().listen(0, "127.0.0.1");
  server.on("upgrade", (request, socket, head) =>
    stream.open(request, socket, head, { principal: auditor, session: null }),
  );
  await once(server, "listening");
  onTestFinished(() => {
    stream.close();
    server.close();
  });
  return {
    listeners,
    read(query = "") {
      const socket = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/${query}`);
      const frames: Frame[] = [];
      socket.on("message", (data: Buffer) => {
        frames.push(JSON.parse(data.toString("utf8")) as Frame);
        socket.emit("frame");
      });
      return {
        frames,
        async until(fits) {
          while (!frames.some(fits)) await once(socket, "frame");
        },
      };
    },
  };
}

const isReady = ({ type }: Frame): boolean => type === "ready";
const told = (frames: readonly Frame[]): unknown[] =>
  frames.flatMap(({ approval: of }) => (of === undefined ? [] : [[of.id, of.state]]));

test("a reader gets changes in the order of their revisions though they are told of in another, so that it resumes without loss", async () => {
  const store = await (await scratch()).open();
  const { listeners, read } = await openStream(store);
  const { frames, until } = read();
  await until(isReady);
  const first = await store.commit((writes) => writes.approvals.put(approval("a")));
  const second = await store.commit((writes) => writes.approvals.put(approval("b")));
  for (const late of [second, first]) for (const tell of listeners) tell(late);
  await until((frame) => frame.approval?.id === "b");
  expect(told(frames)).toEqual([
    ["a", "pending"],
    ["b", "pending"],
  ]);
});

test("a reader that resumes after more than the gateway tells one by one gets the state, bounded and marked as whole", async () => {
  const store = await (await scratch()).open();
  const large = { arguments: { text: "x".repeat(mostEndedBytes / 2) }, hidden: [] };
  await store.commit((writes) => writes.approvals.put(approval("waits")));
  for (const id of ["over-1", "over-2", "over-3"])
    await store.commit((writes) => writes.approvals.put(approval(id, { state: "withdrawn", payload: large })));
  const { read } = await openStream(store);
  const old = read("?after=0");
  const recent = read("?after=3");
  await Promise.all([old.until(isReady), recent.until(isReady)]);
  expect(old.frames[0]?.whole).toBe(true);
  expect(told(old.frames)).toEqual([
    ["waits", "pending"],
    ["over-3", "withdrawn"],
  ]);
  expect(recent.frames[0]?.whole).toBeUndefined();
  expect(told(recent.frames)).toEqual([["over-3", "withdrawn"]]);
});

test("what changes while a reader is told how things stand reaches it before or after `ready`, and never not", async () => {
  const store = await (await scratch()).open();
  const { listeners, read } = await openStream(store);
  const text = { arguments: { text: "x".repeat(400_000) }, hidden: [] };
  for (let at = 0; at < 10; at += 1)
    await store.commit((writes) => writes.approvals.put(approval(`waits-${at}`, { payload: text })));
  const { frames, until } = read();
  await until(({ type }) => type === "approval");
  for (let at = 0; at < 10; at += 1) {
    const put = approval(`waits-${at}`, { payload: text, state: "denied" });
    const changed = await store.commit((writes) => writes.approvals.put(put));
    for (const tell of listeners) tell(changed);
  }
  await until((frame) => frame.approval?.id === "waits-9" && frame.approval.state === "denied");
  await until(isReady);
  const last = new Map(frames.flatMap(({ approval: of }) => (of === undefined ? [] : [[of.id, of.state]])));
  expect([...last.values()]).toEqual(Array.from({ length: 10 }, () => "denied"));
});
