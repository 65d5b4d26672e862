import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { QuickDecisions } from "../../src/main/quick-decision.ts";
import type { Toast } from "../../src/main/toasts.ts";
import type { ApprovalView, Verdict } from "../../src/shared/approval.ts";
import type { ConsoleState } from "../../src/shared/console.ts";
import type { ErrorCode } from "../../src/shared/errors.ts";
import { digest } from "../../src/shared/json.ts";
import { installElectron, type StandIn } from "../support/electron/stand-in.ts";
import { eventually } from "../support/eventually.ts";
import { passingTime, type PassingTime } from "../support/passing-time.ts";
import { approvalWith, createFakeClient, stateWith, type FakeClient } from "./fake-client.ts";

let electron: StandIn;
beforeAll(async () => {
  electron = await installElectron();
});
afterAll(() => electron.close());

const shown = approvalWith();
const noonMs = new Date(2099, 0, 1, 12, 0).getTime();
const decider = (id: string, name: string) => ({ id, kind: "user", name, groups: [] }) as const;

let client: FakeClient;
let time: PassingTime;
let decisions: QuickDecisions;
let opened: string[];
/** What stands on the screen, by id. */
let toasts: Map<string, (hidden: boolean) => Toast | null>;
let refusedWith: ErrorCode | null;

beforeEach(async () => {
  const { createQuickDecisions } = await import("../../src/main/quick-decision.ts");
  client = createFakeClient(stateWith({ approvals: [shown] }));
  time = passingTime(noonMs);
  opened = [];
  toasts = new Map();
  refusedWith = null;
  const call: FakeClient["call"] = async (...asked) => {
    const answer = await client.call(...asked);
    return refusedWith === null ? answer : { ok: false, error: { code: refusedWith, message: "Decide elsewhere." } };
  };
  decisions = createQuickDecisions({
    client: { call, state: client.state },
    open: (id) => void opened.push(id),
    tell: (id, make) => void (make === null ? toasts.delete(id) : toasts.set(id, make)),
    changed: () => undefined,
    clock: time,
  });
  client.onState((state) => decisions.follow(state));
});

const told = (hidden = false) => {
  const toast = toasts.get("decision approval-1")?.(hidden);
  return toast && { title: toast.title, body: toast.body, buttons: toast.buttons.map(({ label }) => label) };
};
const press = (label: string) =>
  toasts
    .get("decision approval-1")?.(false)
    ?.buttons.find((button) => button.label === label)
    ?.press();
const change = (changed: Partial<ApprovalView>, state: Partial<ConsoleState> = {}) =>
  client.change(stateWith({ approvals: [approvalWith({ revision: 2, ...changed })], ...state }));
const sent = () => client.calls.filter(({ call }) => call === "approvals.decide");

describe("a decision that was clicked in a notification", () => {
  it("is held for four seconds, in which the notification says what will be sent and when, and nothing is", () => {
    decisions.decide(shown, "approve");
    expect(told()).toEqual({
      title: "Approving read_file in 4 s",
      body: "Nothing has been sent yet.",
      buttons: ["Undo", "Open"],
    });
    expect(decisions.view()).toEqual([
      {
        step: "held",
        approval: "approval-1",
        tool: "read_file",
        connection: "reports-share",
        verdict: "approve",
        sendsAtMs: noonMs + 4000,
      },
    ]);
    time.pass(3999);
    expect(sent()).toEqual([]);
  });

  it("is then signed over what that notification showed, as present at a notification", async () => {
    decisions.decide(shown, "approve");
    time.pass(4000);
    await eventually(() => expect(sent()).toHaveLength(1));
    const input = {
      id: "approval-1",
      step: 1,
      verdict: "approve",
      reason: "",
      digest: await digest({ ...shown.payload }),
    };
    expect(sent()).toEqual([{ call: "approvals.decide", input, presence: "notification" }]);
    await eventually(() => expect(decisions.view()).toEqual([]));
    expect(told()).toBeUndefined();
  });

  it("is undone by the notification's button, or by the window, and then never sent", () => {
    decisions.decide(shown, "deny");
    expect(told()?.title).toBe("Denying read_file in 4 s");
    press("Undo");
    expect([decisions.view(), told()]).toEqual([[], undefined]);
    decisions.decide(shown, "approve");
    decisions.drop("approval-1");
    time.pass(60_000);
    expect([sent(), decisions.view(), told()]).toEqual([[], [], undefined]);
  });

  it("cannot be undone once it is being signed", async () => {
    decisions.decide(shown, "approve");
    const undo = toasts.get("decision approval-1")?.(false)?.buttons[0];
    time.pass(4000);
    undo?.press();
    expect(decisions.view()).toHaveLength(1);
    await eventually(() => expect(sent()).toHaveLength(1));
  });

  it("is not held until its request's time is over", () => {
    decisions.decide(approvalWith({ expiresAtMs: noonMs + 5000 }), "approve");
    expect(decisions.view()).toMatchObject([{ sendsAtMs: noonMs + 3000 }]);
  });

  it("counts the gateway's clock for that", () => {
    client.change(stateWith({ gateway: { ...stateWith().gateway, clockOffsetMs: 3_600_000 } }));
    decisions.decide(approvalWith({ expiresAtMs: noonMs + 3_600_000 + 3000 }), "approve");
    expect(decisions.view()).toMatchObject([{ sendsAtMs: noonMs + 1000 }]);
  });

  it("names nothing on a locked screen, and has no button there", () => {
    decisions.decide(shown, "approve");
    expect(told(true)).toEqual({
      title: "A decision is about to be sent",
      body: "Nothing has been sent yet.",
      buttons: [],
    });
  });

  it("opens its request by a click, and goes on", async () => {
    decisions.decide(shown, "approve");
    press("Open");
    expect(opened).toEqual(["approval-1"]);
    time.pass(4000);
    await eventually(() => expect(sent()).toHaveLength(1));
  });

  it.each<[string, () => void]>([
    ["the app quits", () => decisions.close()],
    ["its maker signs out", () => client.change(stateWith({ session: { state: "signed-out", error: null } }))],
    [
      "somebody else is signed in",
      () =>
        client.change(
          stateWith({
            session: { state: "signed-in", account: { ...decider("demo:9", "N."), groups: [] }, device: "d" },
          }),
        ),
    ],
  ])("is not sent where %s meanwhile", (_what, happens) => {
    decisions.decide(shown, "approve");
    happens();
    time.pass(60_000);
    expect([sent(), decisions.view(), told()]).toEqual([[], [], undefined]);
  });

  it("is not sent by a machine that slept over it, which says so", () => {
    decisions.decide(shown, "approve");
    time.pass(60_000);
    expect(sent()).toEqual([]);
    expect(told()).toEqual({
      title: "Nothing was sent: read_file on reports-share",
      body: "This computer slept meanwhile. The request shows how it stands.",
      buttons: [],
    });
  });

  it.each<[string, Partial<ApprovalView>, string]>([
    [
      "denies it",
      { state: "denied", decision: { by: decider("demo:3", "K."), reason: "", verdict: "deny" } as never },
      "K. denied it first.",
    ],
    [
      "approves it",
      { state: "executed", decision: { by: decider("demo:3", "K."), reason: "", verdict: "approve" } as never },
      "K. approved it first.",
    ],
    ["lets its time run out", { state: "expired" }, "Its time was up first. Nothing was run."],
    ["takes it back", { state: "withdrawn" }, "Its requester took it back first. Nothing was run."],
    ["completes this step", { standing: "not-their-step" }, "Others have decided this step first."],
  ])("is not sent where somebody else %s meanwhile, and says so", (_what, changed, body) => {
    decisions.decide(shown, "approve");
    change(changed);
    expect(told()).toEqual({ title: "Nothing was sent: read_file on reports-share", body, buttons: [] });
    time.pass(4000);
    expect([sent(), decisions.view()]).toEqual([[], []]);
  });

  it("is not sent beside another that its maker made elsewhere, of which nobody needs to be told", () => {
    decisions.decide(shown, "approve");
    change({}, { sending: [{ approval: "approval-1", verdict: "deny", unanswered: 0, untilMs: 0 }] });
    expect([decisions.view(), told()]).toEqual([[], undefined]);
    decisions.decide(shown, "approve");
    change({ state: "denied", decision: { by: decider("demo:2", "A.") } as never });
    time.pass(4000);
    expect([sent(), decisions.view(), told()]).toEqual([[], [], undefined]);
  });

  it.each<Verdict>(["approve", "deny"])(
    "to %s that is refused says why, opens nothing and no dialog",
    async (verdict) => {
      refusedWith = "presence_too_weak";
      decisions.decide(shown, verdict);
      time.pass(4000);
      await eventually(() => expect(decisions.view()).toMatchObject([{ step: "failed", code: "presence_too_weak" }]));
      const title = `${verdict === "approve" ? "Not approved" : "Not denied"}: read_file on reports-share`;
      expect(told()).toEqual({ title, body: "Decide elsewhere.", buttons: [] });
      expect([opened, electron.desktop.dialogs]).toEqual([[], []]);
      decisions.drop("approval-1");
      expect([decisions.view(), told()]).toEqual([[], undefined]);
    },
  );

  it("that the gateway did not answer says that nobody knows, until the request shows how it stands", async () => {
    refusedWith = "decision_unanswered";
    decisions.decide(shown, "approve");
    time.pass(4000);
    await eventually(() => expect(decisions.view()).toMatchObject([{ step: "failed", code: "decision_unanswered" }]));
    expect(told()).toEqual({
      title: "Not known whether recorded: read_file on reports-share",
      body: "The gateway did not answer in time. The request shows how it stands.",
      buttons: [],
    });
    expect(electron.desktop.dialogs).toEqual([]);
    change({ state: "approved" });
    expect([decisions.view(), told()]).toEqual([[], undefined]);
  });

  it("that came too late says who was first, and no error", async () => {
    refusedWith = "already_decided";
    decisions.decide(shown, "approve");
    time.pass(4000);
    change({ state: "denied", decision: { by: decider("demo:3", "K.") } as never });
    await eventually(() => expect(told()?.body).toBe("K. denied it first."));
    expect(told()?.title).toBe("Not recorded: read_file on reports-share");
    expect(decisions.view()).toEqual([]);
  });

  it("tells the next person nothing of what became of it", async () => {
    refusedWith = "decision_unanswered";
    decisions.decide(shown, "approve");
    time.pass(4000);
    client.change(stateWith({ session: { state: "signed-out", error: null } }));
    await eventually(() => expect(sent()).toHaveLength(1));
    await new Promise((resolve) => void setImmediate(resolve));
    expect([decisions.view(), told()]).toEqual([[], undefined]);
  });

  it("shows hidden characters of a tool's name in what is told of it", () => {
    decisions.decide(approvalWith({ tool: "a\u202Eb" }), "approve");
    expect(told()?.title).toBe("Approving a⟨U+202E⟩b in 4 s");
  });
});
