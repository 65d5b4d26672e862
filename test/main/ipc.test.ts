import type { IpcMainInvokeEvent, WebFrameMain } from "electron";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createStatePushes } from "../../src/client/state-pushes.ts";
import type { Result } from "../../src/shared/errors.ts";
import { installElectron, type StandIn } from "../support/electron/stand-in.ts";
import { createFakeClient, noDesktop, stateWith } from "./fake-client.ts";

const client = createFakeClient(stateWith());
const ours = frameAt("app://countersign");
let electron: StandIn;
beforeAll(async () => {
  electron = await installElectron();
  const { answerCalls } = await import("../../src/main/ipc.ts");
  const elsewhere = frames["our own frame after it went elsewhere"];
  const owns = (frame: WebFrameMain): boolean => frame === ours || frame === elsewhere;
  const { whole } = createStatePushes(client.state());
  answerCalls({ window: { owns }, client, browser: { clicked: () => undefined }, desktop: noDesktop, whole });
});
afterAll(() => electron.close());

const frames = {
  "a frame that has gone": null,
  "another frame on the console's origin": frameAt("app://countersign"),
  "our own frame after it went elsewhere": frameAt("https://evil.example"),
  "our own frame on an opaque origin": frameAt("null"),
} as const;

test.each(Object.entries(frames))("refuses every call from %s", async (_who, frame) => {
  for (const call of electron.ipcMain.channels) {
    expect(await ask(frame, call, {}), call).toMatchObject({ ok: false, error: { code: "not_allowed" } });
  }
  expect(client.calls).toEqual([]);
});

const decision = { id: "a", step: 1, verdict: "deny", reason: "", digest: "d".repeat(43) };
test.each([
  ["session.signIn", undefined],
  ["session.signIn", { extra: 1 }],
  ["gateway.retry", "text"],
  ["state.whole", { revision: 1 }],
  ["connections.copyAddress", { name: 1 }],
  ["desktop.set", { hideExplained: true }],
  ["desktop.set", { quietHours: { on: true, from: "24:00", to: "07:00" } }],
  ["desktop.quit", { now: true }],
  ["approvals.decide", { ...decision, verdict: "maybe" }],
  ["approvals.decide", { ...decision, digest: "short" }],
  ["approvals.decide", { ...decision, step: 0 }],
  ["approvals.decide", { ...decision, presence: "authenticator" }],
  ["approvals.decide", { ...decision, reason: "x".repeat(1001) }],
])("refuses %s with %j", async (call, input) => {
  expect(await ask(ours, call, input)).toMatchObject({ ok: false, error: { code: "bad_request" } });
  expect(client.calls).toEqual([]);
});

test("passes on what is asked rightly, with presence set by main", async () => {
  expect(await ask(ours, "approvals.decide", decision)).toMatchObject({ ok: true });
  expect(client.calls).toEqual([{ call: "approvals.decide", input: decision, presence: "window" }]);
});

test("answers with the whole state by itself: nobody behind the window is asked", async () => {
  const before = client.calls.length;
  expect(await ask(ours, "state.whole", {})).toEqual({
    ok: true,
    value: { kind: "whole", revision: 0, state: client.state() },
  });
  expect(client.calls.length).toBe(before);
});

function frameAt(origin: string): WebFrameMain {
  return { origin, url: `${origin}/index.html`, parent: null, detached: false } as WebFrameMain;
}

async function ask(senderFrame: WebFrameMain | null, call: string, input: unknown): Promise<Result<unknown>> {
  return (await electron.ipcMain.invoke({ senderFrame } as IpcMainInvokeEvent, call, [input])) as Result<unknown>;
}
