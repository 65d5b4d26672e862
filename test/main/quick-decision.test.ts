import { afterAll, beforeAll, expect, test } from "vitest";
import { digest } from "../../src/shared/json.ts";
import { installElectron, type StandIn } from "../support/electron/stand-in.ts";
import { approvalWith, createFakeClient, stateWith } from "./fake-client.ts";

let electron: StandIn;
beforeAll(async () => {
  electron = await installElectron();
});
afterAll(() => electron.close());

test("decides over what the notification showed, as present at a notification", async () => {
  const { decideFromNotification } = await import("../../src/main/quick-decision.ts");
  const client = createFakeClient(stateWith());
  const shown = approvalWith();
  await decideFromNotification({ client, open: () => undefined }, shown, "approve");
  const input = {
    id: "approval-1",
    step: 1,
    verdict: "approve",
    reason: "",
    digest: await digest({ ...shown.payload }),
  };
  expect(client.calls).toEqual([{ call: "approvals.decide", input, presence: "notification" }]);
});

test("what somebody else decided first opens the request, which says who, and shouts no error", async () => {
  const { decideFromNotification } = await import("../../src/main/quick-decision.ts");
  for (const code of ["already_decided", "expired"] as const) {
    const opened: string[] = [];
    const call = async () => ({ ok: false, error: { code, message: "" } }) as never;
    await decideFromNotification({ client: { call }, open: (id) => void opened.push(id) }, approvalWith(), "approve");
    expect(opened).toEqual(["approval-1"]);
    expect(electron.desktop.dialogs).toEqual([]);
  }
});

test("what is refused opens the request and says why", async () => {
  const { decideFromNotification } = await import("../../src/main/quick-decision.ts");
  const opened: string[] = [];
  const error = { code: "presence_too_weak", message: "Decide in the window." } as const;
  const call = async () => ({ ok: false, error }) as never;
  await decideFromNotification({ client: { call }, open: (id) => void opened.push(id) }, approvalWith(), "deny");
  expect(opened).toEqual(["approval-1"]);
  expect(electron.desktop.dialogs).toEqual([{ message: "Not denied", detail: "Decide in the window." }]);
});
