import type { IpcMainInvokeEvent, WebFrameMain } from "electron";
import { fc } from "../support/fast-check.ts";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { Desktop } from "../../src/main/desktop.ts";
import { createStatePushes } from "../../src/client/state-pushes.ts";
import { consoleCalls, type ConsoleCall } from "../../src/shared/console-calls.ts";
import { desktopCalls, type DesktopCall } from "../../src/shared/desktop.ts";
import type { Result } from "../../src/shared/errors.ts";
import { stateCalls, type StateCall } from "../../src/shared/state-push.ts";
import { installElectron, type StandIn } from "../support/electron/stand-in.ts";
import { createFakeClient, stateWith } from "./fake-client.ts";

// Main answers whoever can send to it; what counts is who asks and what for. Both are made up here.

const client = createFakeClient(stateWith());
const ours = frameWith({});
let clicks = 0;
let electron: StandIn;
beforeAll(async () => {
  electron = await installElectron();
  const { answerCalls } = await import("../../src/main/ipc.ts");
  answerCalls({
    window: { owns: (frame: WebFrameMain) => frame === ours },
    client,
    browser: { clicked: () => void clicks++ },
    desktop: {
      answers: Object.fromEntries(
        Object.keys(desktopCalls).map((call) => [call, () => (clicks++, null)]),
      ) as unknown as Desktop["answers"],
    },
    whole: createStatePushes(client.state()).whole,
  });
});
afterAll(() => electron.close());

// What main says of a refusal is for its log: here it would be thousands of lines, and some are looked at.
const said: string[] = [];
beforeEach(() => {
  said.length = 0;
  client.calls.length = 0;
  clicks = 0;
  vi.spyOn(process.stderr, "write").mockImplementation((line) => said.push(String(line)) > 0);
});
afterEach(() => void vi.restoreAllMocks());

const calls = fc.constantFrom(...(Object.keys(consoleCalls) as ConsoleCall[]));
type Call = ConsoleCall | StateCall | DesktopCall;
const allCalls = [consoleCalls, stateCalls, desktopCalls].flatMap((each) => Object.keys(each)) as Call[];

/** An input that each call takes. */
const taken: { readonly [C in Call]?: unknown } = {
  "approvals.decide": { id: "a", step: 1, verdict: "deny", reason: "", digest: "d".repeat(43) },
  "grants.revoke": { id: "g" },
  "connections.copyAddress": { name: "reports-share" },
};

const origins = fc.oneof(
  fc.constantFrom(
    "null",
    "",
    "app://",
    "app://countersign.evil",
    "app://evil",
    "file://",
    "https://countersign",
    "APP://countersign",
    "app://countersign/",
    "app://countersign:1",
  ),
  fc.webUrl(),
);
const strangers: fc.Arbitrary<WebFrameMain | null> = fc.oneof(
  fc.constant(null),
  // Another window's page, or a page inside ours, on any origin, our own too.
  fc
    .record({ origin: fc.oneof(origins, fc.constant("app://countersign")), child: fc.boolean() })
    .map(({ origin, child }) => frameWith({ origin, parent: child ? ours : null })),
  fc.constant(destroyedFrame()),
);

test("refuses every call of every frame but our own, whatever the input, and does nothing for it", async () => {
  await fc.assert(
    fc.asyncProperty(
      strangers,
      fc.constantFrom(...allCalls),
      fc.boolean(),
      fc.anything(),
      async (frame, call, right, noise) => {
        const answer = await ask(frame, call, right ? (taken[call] ?? {}) : noise);
        expect(answer).toEqual({ ok: false, error: { code: "not_allowed", message: expect.any(String) } });
        expect(client.calls).toEqual([]);
        expect(clicks).toBe(0);
      },
    ),
    { numRuns: 1000 },
  );
});

test.each([
  ["went to another origin", { origin: "https://evil.example" }],
  ["shows an opaque origin", { origin: "null" }],
  ["was detached by a navigation", { detached: true }],
  ["is inside another page", { parent: {} as WebFrameMain }],
])("refuses our own frame once it %s", async (_what, changed) => {
  const { origin, parent, detached } = ours;
  Object.assign(ours, changed);
  try {
    for (const call of allCalls)
      expect(await ask(ours, call, taken[call] ?? {}), call).toMatchObject({
        error: { code: "not_allowed" },
      });
    expect(client.calls).toEqual([]);
  } finally {
    Object.assign(ours, { origin, parent, detached });
  }
});

test("passes on exactly what a call's schema takes, and refuses the rest, for arbitrary shapes", async () => {
  await fc.assert(
    fc.asyncProperty(calls, shapes(), async (call, input) => {
      client.calls.length = 0;
      const parsed = consoleCalls[call].safeParse(input);
      const answer = await ask(ours, call, input);
      expect(answer.ok).toBe(parsed.success);
      if (!answer.ok) expect(answer.error.code).toBe("bad_request");
      expect(client.calls).toEqual(parsed.success ? [{ call, input: parsed.data, presence: "window" }] : []);
    }),
    { numRuns: 2000 },
  );
});

test("sets of the desktop exactly what a call's schema takes, for arbitrary shapes", async () => {
  const desktopNames = fc.constantFrom(...(Object.keys(desktopCalls) as DesktopCall[]));
  const time = fc.oneof(fc.string(), fc.constantFrom("07:30", "24:00", "7:30", "07:30 "), fc.anything());
  const setting = fc.oneof(
    shapes(),
    fc.record(
      {
        notifications: fc.oneof(fc.boolean(), fc.anything()),
        quietHours: fc.oneof(fc.anything(), fc.record({ on: fc.boolean(), from: time, to: time })),
        startAtLogin: fc.oneof(fc.boolean(), fc.anything()),
      },
      { requiredKeys: [] },
    ),
  );
  await fc.assert(
    fc.asyncProperty(desktopNames, setting, async (call, input) => {
      clicks = 0;
      const parsed = desktopCalls[call].safeParse(input);
      const answer = await ask(ours, call, input);
      expect(answer.ok).toBe(parsed.success);
      if (!answer.ok) expect(answer.error.code).toBe("bad_request");
      expect(clicks).toBe(parsed.success ? 1 : 0);
    }),
    { numRuns: 1000 },
  );
});

test("refuses a taken input with one member more, less or of another type", async () => {
  const told = Object.entries(taken) as [ConsoleCall, Record<string, unknown>][];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...told),
      fc.string({ minLength: 1 }),
      fc.nat(),
      async ([call, input], stranger, pick) => {
        const members = Object.keys(input);
        const member = members[pick % members.length] ?? "";
        const { [member]: _, ...less } = input;
        for (const wrong of [
          less,
          { ...input, [member]: { [stranger]: 1 } },
          { ...input, [`x${stranger}`]: 1 },
          [input],
          JSON.stringify(input),
        ])
          expect(await ask(ours, call, wrong)).toMatchObject({ ok: false, error: { code: "bad_request" } });
        expect(client.calls).toEqual([]);
      },
    ),
    { numRuns: 200 },
  );
});

test("never lets a page say how present the person is, nor reach another object's members", async () => {
  const decision = taken["approvals.decide"] as object;
  for (const wrong of [
    { ...decision, presence: "authenticator" },
    JSON.parse(`{"__proto__": {"presence": "cli"}, "id": "a"}`) as unknown,
    { ...decision, constructor: 1 },
  ])
    expect(await ask(ours, "approvals.decide", wrong)).toMatchObject({ ok: false });
  expect(client.calls).toEqual([]);
});

test("says of a refusal which call it was, and nothing of what was in it", async () => {
  await ask(ours, "grants.revoke", { id: 1, secret: "s3cr3t-of-a-page" });
  await ask(null, "grants.revoke", { id: "s3cr3t-of-a-page" });
  expect(said).toHaveLength(2);
  for (const line of said) expect(line).toMatch(/^countersign: Refused grants\.revoke/);
  expect(said.join("")).not.toContain("s3cr3t");
});

/** Arbitrary values, and objects with the names that calls use. */
function shapes(): fc.Arbitrary<unknown> {
  const member = fc.oneof(
    fc.string(),
    fc.constantFrom("a", "approve", "deny", "d".repeat(43)),
    fc.integer(),
    fc.anything(),
  );
  const names = fc.constantFrom(
    "id",
    "step",
    "verdict",
    "reason",
    "digest",
    "grant",
    "name",
    "__proto__",
    "constructor",
  );
  return fc.oneof(
    fc.anything(),
    fc.dictionary(names, member),
    fc.constant({}),
    fc.constantFrom(...Object.values(taken)),
    fc.record({
      id: fc.string(),
      step: fc.nat(),
      verdict: fc.constantFrom("approve", "deny"),
      reason: fc.string(),
      digest: fc.constant("d".repeat(43)),
    }),
  );
}

function frameWith(given: Partial<Pick<WebFrameMain, "origin" | "parent" | "detached">>): WebFrameMain {
  return { origin: "app://countersign", parent: null, detached: false, ...given } as WebFrameMain;
}

/** As Electron's: reading any member of a disposed frame throws. */
function destroyedFrame(): WebFrameMain {
  return new Proxy({} as WebFrameMain, {
    get: () => {
      throw new Error("Render frame was disposed before WebFrameMain could be accessed");
    },
  });
}

async function ask(senderFrame: WebFrameMain | null, call: string, input: unknown): Promise<Result<unknown>> {
  return (await electron.ipcMain.invoke({ senderFrame } as IpcMainInvokeEvent, call, [input])) as Result<unknown>;
}
