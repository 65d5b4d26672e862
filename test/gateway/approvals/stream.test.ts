import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import type { Approvals } from "../../../src/gateway/approvals/approvals.ts";
import { viewFor } from "../../../src/gateway/approvals/view.ts";
import { ApprovalsStream } from "../../../src/gateway/approvals/stream.ts";
import type { Principal } from "../../../src/gateway/identity/principal.ts";
import type { ApprovalRecord } from "../../../src/gateway/store/store.ts";
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

test("a reader gets changes in the order of their revisions though they are told of in another, so that it resumes without loss", async () => {
  const store = await (await scratch()).open();
  const listeners: ((record: ApprovalRecord) => void)[] = [];
  const told: Pick<Approvals, "onChange" | "seenBy"> = {
    seenBy: (principal, record) => viewFor(principal, record, () => ""),
    onChange(listener) {
      listeners.push(listener);
      return () => undefined;
    },
  };
  const stream = new ApprovalsStream(store, told, { seenBy: () => null }, Date.now);
  const server = createServer().listen(0, "127.0.0.1");
  server.on("upgrade", (request, socket, head) => stream.open(request, socket, head, auditor));
  await once(server, "listening");
  onTestFinished(() => {
    stream.close();
    server.close();
  });
  const socket = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  const revisions: number[] = [];
  const both = Promise.withResolvers<void>();
  const ready = Promise.withResolvers<void>();
  socket.on("message", (data: Buffer) => {
    const frame = JSON.parse(data.toString("utf8")) as { type: string; approval?: { revision: number } };
    if (frame.type === "ready") ready.resolve();
    if (frame.approval === undefined) return;
    revisions.push(frame.approval.revision);
    if (revisions.length === 2) both.resolve();
  });
  await ready.promise;
  const first = await store.commit((writes) => writes.approvals.put(approval("a")));
  const second = await store.commit((writes) => writes.approvals.put(approval("b")));
  for (const late of [second, first]) for (const tell of listeners) tell(late);
  await both.promise;
  expect(revisions).toEqual([first.revision, second.revision]);
});
