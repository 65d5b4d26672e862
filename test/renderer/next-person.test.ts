import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { stageConsole, type ConsoleStage } from "../support/console/open.ts";
import { approver, engineer, held, signedIn } from "../support/console/states.ts";

let stage: ConsoleStage;
beforeAll(async () => {
  stage = await stageConsole();
});
afterEach(async () => {
  expect(await stage.clear()).toEqual([]);
});
afterAll(() => stage.close());

const request = held({ risk: "high" });
const over = { code: "reauthentication_needed", message: "Sign in again." } as const;

/** A reason and a search are begun, then these come in a row, each drawn before the next. */
async function begun(...then: readonly ReturnType<typeof signedIn>["session"][]) {
  const { page, server } = await stage.open(signedIn([request]));
  const reason = page.getByRole("textbox", { name: "Reason" });
  const search = page.getByRole("searchbox");
  await reason.fill("Told me so on the phone");
  await search.fill("customer");
  for (const session of then) {
    const isOut = session.state === "signed-out" || session.state === "signing-in";
    server.say(signedIn(isOut ? [] : [request], { session }));
    await (isOut ? search : page.getByRole("option", { name: /update_customer/ })).waitFor({
      state: isOut ? "detached" : "visible",
    });
  }
  return { reason: await reason.inputValue(), search: await search.inputValue() };
}

it("hands a reason and a search that were begun to nobody who signs in next, who would sign them as their own", async () => {
  const next = { state: "signed-in", account: engineer, device: "dev_2" } as const;
  expect(await begun({ state: "signed-out", error: null }, next)).toEqual({ reason: "", search: "" });
});

it("keeps them for who has to sign in again", async () => {
  const again = { state: "signed-in", account: approver, device: "dev_1" } as const;
  const left = await begun(
    { state: "needs-sign-in", account: approver, error: over },
    { state: "signing-in", url: null },
    again,
  );
  expect(left).toEqual({ reason: "Told me so on the phone", search: "customer" });
});
