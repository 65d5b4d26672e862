import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { contextWith } from "../../support/console/context.ts";
import { stageConsole, type ConsoleStage } from "../../support/console/open.ts";
import { held, signedIn } from "../../support/console/states.ts";

let stage: ConsoleStage;
beforeAll(async () => {
  stage = await stageConsole();
});
afterEach(async () => {
  expect(await stage.clear()).toEqual([]);
});
afterAll(() => stage.close());

const outcome = { state: "executed", atMs: Date.now(), message: "The target answered." } as const;
const payload = {
  arguments: { to: "b", amount: 2, note: "x", mail: "••••" },
  hidden: [{ path: ["mail"], kind: "email" }],
};
const earlier = { arguments: { to: "b", amount: 1, gone: true, mail: "••••" }, hidden: payload.hidden };

describe("what else is known about a request", () => {
  it("is a first time, where nobody asked for the tool before", async () => {
    const { page } = await stage.open(signedIn([held({ id: "x" })]), { viewport: { width: 420, height: 760 } });
    await page.getByRole("option").click();
    await page.getByText("First held call of this tool by anybody").waitFor();
    await page.getByText("No approved call of this tool by this person to compare with").waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(420);
  });

  it("is how often before, many at once, and each difference from the last approved call", async () => {
    const { page, server } = await stage.open(signedIn([]));
    const counts = { asked: 3, approved: 2, denied: 1, isWhole: true };
    const lastApproved = { id: "y", createdAtMs: 0, isSameTool: false, payload: { value: earlier, length: 80 } };
    const around = { asked: 7, withinMs: 300_000, isWhole: true };
    server.answer("approvals.context", {
      ok: true,
      value: contextWith({ id: "x", byRequester: counts, byAnyone: { ...counts, asked: 9 }, around, lastApproved }),
    });
    server.say(signedIn([held({ id: "x", payload })]));
    await page.getByText("Asked for this tool 3 times before: 2 approved, 1 denied").waitFor();
    await page.getByText("7 held calls of this person within 5 minutes").waitFor();
    await page.getByText(/^1 changed, 1 added, 1 removed since the last approved call/).waitFor();
    await page.getByRole("button", { name: "Show changes" }).click();
    const changes = page.getByRole("region", { name: "Since the last approved call" });
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe("changes-title");
    const lines = await changes.getByRole("listitem").allInnerTexts();
    expect(lines.map((line) => line.replaceAll(/\s+/g, " "))).toEqual([
      "1 unchanged value",
      "± amount: was 1 now 2 changed",
      '+ note: "x" added',
      "1 unchanged value",
      "− gone: true removed",
    ]);
    await changes.getByRole("button", { name: "1 unchanged value" }).first().click();
    await changes.getByRole("listitem").filter({ hasText: 'to: "b"' }).getByText("unchanged").waitFor();
    await changes.getByText("Masked values are compared only as they are shown").waitFor();
    await changes.getByText("The tool was declared otherwise then.").waitFor();
  });

  it("says so where it cannot be read, or is another request's, and leaves the request as it is", async () => {
    const { page, server } = await stage.open(signedIn([]));
    server.answer("approvals.context", { ok: true, value: contextWith({ id: "another" }) });
    server.say(signedIn([held({ id: "x" })]));
    await page.getByText("What else is known could not be read from the gateway.").waitFor();
    await page.getByRole("region", { name: "Payload" }).waitFor();
  });

  it("is afterwards the masked answer as a tree, or that none is kept", async () => {
    const { page, server } = await stage.open(signedIn([]));
    const value = { arguments: { content: ["<b>done</b>"] }, hidden: [] };
    server.answer("approvals.context", { ok: true, value: contextWith({ id: "x", answer: { value, length: 30 } }) });
    server.say(signedIn([held({ id: "x", state: "executed", outcome })]));
    server.show("x");
    const answer = page.getByRole("region", { name: "Answer" });
    await answer.getByText('"<b>done</b>"').waitFor();
    server.answer("approvals.context", { ok: true, value: contextWith({ id: "x" }) });
    server.say(signedIn([held({ id: "x", state: "unknown", outcome: { ...outcome, state: "unknown" } })]));
    await answer.getByText("No answer is kept.").waitFor();
  });

  it("marks letters that pass for others, in tool, connection and payload", async () => {
    const spoof = { arguments: { "p\u0430th": "p\u0430yp\u0430l" }, hidden: [] };
    const { page } = await stage.open(
      signedIn([held({ tool: "re\u0430d", connection: "cr\u043c-\u043ene", payload: spoof })]),
    );
    await page.getByRole("heading", { name: /reа U\+0430d on .*о U\+043Ene/ }).waitFor();
    await page.getByText("3 look-alike letters").waitFor();
    await page.getByRole("option", { name: "re‹а U+0430›d on" }).waitFor();
  });
});
