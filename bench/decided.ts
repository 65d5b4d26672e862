import { performance } from "node:perf_hooks";
import type { ApprovalView } from "../src/shared/approval.ts";
import type { ConsoleState } from "../src/shared/console.ts";
import { passingTime } from "../test/support/passing-time.ts";
import { installElectron } from "../test/support/electron/stand-in.ts";
import type { TwoPeople } from "../test/support/two-people.ts";

/** Each decision is one real held call; the first are not counted, as code and connections warm up. */
const warmUps = 5;
const undoMs = 4000;
let calls = 0;

/** A rule whose requests may be decided from a notification, and with one click in the window. */
export const quickRule = {
  name: "quick",
  tools: ["get_customer"],
  effect: "approve",
  approvers: ["approvers"],
  risk: "low",
  quick: true,
} as const;

/**
 * From the click on a notification's button, as the system would tell it, to the gateway's answer that the decision is recorded; in ms each.
 * The seconds in which the click can be undone are the person's and pass at once here: what counts is the machine's time.
 */
export async function decidedByNotification(people: TwoPeople, rounds: number): Promise<readonly number[]> {
  const electron = await installElectron();
  const { createNotifications } = await import("../src/main/notifications.ts");
  const { createQuickDecisions } = await import("../src/main/quick-decision.ts");
  const { defaultSettings } = await import("../src/main/settings.ts");
  const { client } = people.approver;
  const time = passingTime();
  const notifications = createNotifications({
    settings: { get: () => defaultSettings },
    assets: "",
    platform: "darwin",
    vouched: () => true,
    open: () => undefined,
    changed: () => undefined,
    decide: (shown, verdict) => decisions.decide(shown, verdict),
  });
  const decisions = createQuickDecisions({
    client,
    open: () => undefined,
    tell: notifications.tell,
    changed: () => undefined,
    clock: time,
  });
  const stop = client.onState((state) => {
    decisions.follow(state);
    notifications.follow(state);
  });
  const took: number[] = [];
  try {
    for (let round = 0; round < warmUps + rounds; round += 1) {
      const { id } = await heldCall(people);
      const shown = electron.notifications.findLast((each) => each.state === "shown");
      const began = performance.now();
      shown?.emit("action", { actionIndex: 1 });
      time.pass(undoMs);
      await decidedIn(client, id);
      took.push(performance.now() - began);
    }
  } finally {
    stop();
    decisions.close();
    notifications.close();
    await electron.close();
  }
  return took.slice(warmUps);
}

/** From the click on Approve in the window to the words that say it is recorded, drawn by the answer; in ms each. */
export async function decidedInWindow(people: TwoPeople, rounds: number): Promise<readonly number[]> {
  const { client, page } = people.approver;
  const took: number[] = [];
  for (let round = 0; round < warmUps + rounds; round += 1) {
    const { id, customer } = await heldCall(people);
    client.show(id);
    await page.getByRole("article").getByText(customer).first().waitFor();
    const decided = page.evaluate(fromClickToWords, "Approved by you");
    await page.getByRole("button", { name: "Approve", exact: true }).click();
    took.push(await decided);
  }
  return took.slice(warmUps);
}

/** One more call that waits for the approver. */
async function heldCall(people: TwoPeople): Promise<{ readonly id: string; readonly customer: string }> {
  const customer = `cus_${(calls += 1)}`;
  void people.call("customers", "get_customer", { id: customer });
  const isIt = ({ state, payload }: ApprovalView) =>
    state === "pending" && JSON.stringify(payload.arguments).includes(`"${customer}"`);
  return await new Promise((resolve) => {
    const look = (state: ConsoleState): void => {
      const found = state.approvals.find(isIt);
      if (found === undefined) return;
      stop();
      // After everybody has been told of this state.
      setImmediate(() => resolve({ id: found.id, customer }));
    };
    const stop = people.approver.client.onState(look);
    look(people.approver.client.state());
  });
}

/** Until the gateway's answer shows in the state. */
function decidedIn(client: TwoPeople["approver"]["client"], id: string): Promise<void> {
  return new Promise((resolve) => {
    const stop = client.onState(({ approvals }) => {
      if (approvals.find((approval) => approval.id === id)?.state === "pending") return;
      stop();
      resolve();
    });
  });
}

/** In the page: the time from the next click's own moment until these words are there. */
function fromClickToWords(words: string): Promise<number> {
  return new Promise((resolve) => {
    const began = (event: MouseEvent): void => {
      const watcher = new MutationObserver(() => {
        if (!document.querySelector("article")?.textContent.includes(words)) return;
        watcher.disconnect();
        resolve(performance.now() - event.timeStamp);
      });
      watcher.observe(document.body, { subtree: true, childList: true, characterData: true });
    };
    addEventListener("click", began, { capture: true, once: true });
  });
}
