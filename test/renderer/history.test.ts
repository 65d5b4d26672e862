import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { stageConsole, type ConsoleStage } from "../support/console/open.ts";
import { answerHistory, pastLines } from "../support/console/past.ts";
import { engineer, held, signedIn } from "../support/console/states.ts";

let stage: ConsoleStage;
beforeAll(async () => {
  stage = await stageConsole();
});
afterEach(async () => {
  expect(await stage.clear()).toEqual([]);
});
afterAll(() => stage.close());

type Opened = Awaited<ReturnType<ConsoleStage["open"]>>;

async function openHistory(many: number, ...options: Parameters<ConsoleStage["open"]> | []): Promise<Opened> {
  const opened = await stage.open(options[0] ?? signedIn([]), options[1]);
  answerHistory(opened.server, many);
  await opened.page.getByRole("button", { name: "History", exact: true }).click();
  return opened;
}

const asked = ({ server }: Opened) =>
  server.calls.filter(({ call }) => call === "history.list").map(({ input }) => input);

describe("the history page", () => {
  it("shows the last fourteen days in figures, and each line with its ledger entry", async () => {
    const { page } = await openHistory(20);
    await page.getByRole("img", { name: "The last 14 days: 55 approved, 5 denied, 2 expired" }).waitFor();
    await page.getByText("34 s").waitFor();
    await page
      .getByRole("row", { name: /Denied drop_table warehouse-eu Critical Erin Engineer Not run #48,206/ })
      .waitFor();
    await page
      .getByRole("row", { name: /refund_payment .* Failed/ })
      .first()
      .waitFor();
  });

  it("shows one whole: reason, what the requester saw, who decided how, the ledger, the payload as shown", async () => {
    const { page } = await openHistory(20);
    await page
      .getByRole("row", { name: /drop_table/ })
      .first()
      .click();
    const side = page.getByRole("complementary", { name: "Selected decision" });
    await side.getByText("Under a signed checkpoint").waitFor();
    expect((await side.innerText()).replaceAll(/\s+/g, " ")).toMatch(
      /“Use the archive job.*What Erin Engineer saw Denied by Ada Approver\. Nothing was run\. Reason: Use the archive job.*a console.*dev_5Yt1.*payout-changes.*9f2c41ab.*entry 48,203.*Denied, by you.*entry 48,206.*of 48,384 entries, root CsUY.*full_name.*masked at the gateway, 4 values/,
    );
  });

  it("walks by arrow keys, asking for each whole once", async () => {
    const opened = await openHistory(20);
    const { page, server } = opened;
    await page
      .getByRole("row", { name: /read_file/ })
      .first()
      .focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowUp");
    const row = page.getByRole("row", { name: /drop_table/ }).first();
    expect(await row.getAttribute("aria-selected")).toBe("true");
    expect(await page.getByRole("row", { selected: true }).count()).toBe(1);
    await expect.poll(() => server.calls.filter(({ call }) => call === "history.show").length).toBe(4);
  });

  it("draws few of thousands of rows, and asks for older ones as one comes to the end", async () => {
    const opened = await openHistory(3000);
    const { page } = opened;
    const grid = page.getByRole("grid");
    await page
      .getByRole("row", { name: /read_file/ })
      .first()
      .waitFor();
    for (let n = 0; n < 400 && (await page.getByText("3,000 lines", { exact: true }).count()) === 0; n += 1) {
      await grid.evaluate((element) => element.parentElement?.scrollTo(0, 1e9));
      await page.clock.runFor(50);
    }
    await page.getByText("3,000 lines", { exact: true }).waitFor();
    expect(asked(opened)).toHaveLength(30);
    expect(await grid.getAttribute("aria-rowcount")).toBe("3001");
    expect(await page.getByRole("row").count()).toBeLessThan(80);
    await grid.evaluate((element) => element.parentElement?.scrollTo(0, 1e9));
    await page.locator('[aria-rowindex="3001"]').waitFor();
  });

  it("asks once the typing rests, and by verdict and risk", async () => {
    const opened = await openHistory(300);
    const { page } = opened;
    await page
      .getByRole("row", { name: /read_file/ })
      .first()
      .waitFor();
    // The page's clock stands: a slow machine, too, types without a rest.
    await page.clock.pauseAt(Date.now() + 60_000);
    await page.keyboard.press("/");
    await page.keyboard.type("Warehouse");
    await page.clock.runFor(300);
    await page.getByRole("row", { name: /read_file/ }).waitFor({ state: "detached" });
    await page.getByRole("combobox", { name: "Verdict" }).selectOption("deny");
    await page.getByRole("combobox", { name: "Risk" }).selectOption("critical");
    await page.clock.runFor(50);
    await expect
      .poll(() => asked(opened).at(-1))
      .toEqual({ kind: "decision", search: "Warehouse", verdict: "deny", risk: "critical" });
    expect(asked(opened).filter(({ search, verdict }) => search !== undefined && verdict === undefined)).toEqual([
      { kind: "decision", search: "Warehouse" },
    ]);
    await page.keyboard.press("Escape");
  });
});

describe("when there is nothing to show", () => {
  it("says so, and what would be there", async () => {
    const { page } = await openHistory(0);
    await page.getByRole("heading", { name: "You have decided nothing yet" }).waitFor();
    await page.getByRole("group", { name: "Show" }).getByRole("button", { name: "My requests" }).click();
    await page.clock.runFor(50);
    await page.getByRole("heading", { name: "None of your calls was held yet" }).waitFor();
  });

  it("says that a search finds none", async () => {
    const { page } = await openHistory(20);
    await page.getByRole("searchbox", { name: "Search history" }).fill("nothing like it");
    await page.clock.runFor(300);
    await page.getByText("None matches the search.").waitFor();
  });

  it("goes on by itself where a search has looked through a part only", async () => {
    const opened = await stage.open(signedIn([]));
    const [line] = pastLines("decision", 1);
    opened.server.answer("history.list", ({ after }) => {
      const place = typeof after === "string" ? Number(after.split(".")[0]) : 9;
      return {
        ok: true,
        value: { lines: place === 6 ? [{ ...line }] : [], next: place > 6 ? `${place - 1}.x` : null },
      };
    });
    await opened.page.getByRole("button", { name: "History", exact: true }).click();
    await opened.page.getByText("1 line", { exact: true }).waitFor();
    expect(asked(opened)).toHaveLength(4);
  });

  it("says why it could not be read, and tries again when asked", async () => {
    const { page, server } = await stage.open(signedIn([]));
    server.refuse("history.list", { code: "store_failed", message: "" });
    await page.getByRole("button", { name: "History", exact: true }).click();
    const alert = page.getByRole("alert");
    await alert.getByText(/The history could not be read/).waitFor();
    answerHistory(server, 5);
    await alert.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("row", { name: /read_file/ }).waitFor();
    expect(await page.getByRole("alert").count()).toBe(0);
  });

  it("keeps what was read while the gateway is away, and reads anew when it is back", async () => {
    const state = signedIn([]);
    const opened = await openHistory(5, state);
    const { page, server } = opened;
    await page.getByRole("row", { name: /read_file/ }).waitFor();
    server.say({ ...state, gateway: { ...state.gateway, link: "offline", nextTryAtMs: Date.now() + 5000 } });
    await page.getByText("As last read. What came since shows when the gateway is back.").waitFor();
    await page.getByRole("row", { name: /read_file/ }).waitFor();
    expect(await page.getByRole("button", { name: "Export…" }).isDisabled()).toBe(true);
    const before = asked(opened).length;
    server.say(signedIn([held({ state: "denied" })]));
    await page.clock.runFor(500);
    await expect.poll(() => asked(opened).length).toBe(before + 1);
  });
});

describe("what changes meanwhile", () => {
  it("is read where it is one's own, and nobody who has scrolled far loses their place", async () => {
    const state = signedIn([]);
    const opened = await openHistory(450, state);
    const { page, server } = opened;
    await page
      .getByRole("row", { name: /read_file/ })
      .first()
      .waitFor();
    // Without the pointer, which would scroll to it first: coming near the end asks for older lines as well, sooner or later than the press.
    await page.getByRole("button", { name: "Load older" }).dispatchEvent("click");
    await page.getByText("The newest 200 lines").waitFor();
    const before = asked(opened).length;
    server.say(signedIn([held(), held({ relation: "observer" })]));
    await page.clock.runFor(1000);
    expect(asked(opened)).toHaveLength(before);
    server.say(signedIn([held({ relation: "requester" })]));
    await page.clock.runFor(1000);
    await expect.poll(() => asked(opened).length).toBe(before + 1);
    expect(asked(opened).at(-1)).not.toHaveProperty("after");
    await page.getByText("The newest 200 lines").waitFor();
  });

  it("forgets all of it when another person signs in", async () => {
    const opened = await openHistory(20);
    const { page, server } = opened;
    await page
      .getByRole("row", { name: /drop_table/ })
      .first()
      .click();
    await page.getByText("Under a signed checkpoint").waitFor();
    server.answer("history.list", { ok: true, value: { lines: [], next: null } });
    server.say(signedIn([], { session: { state: "signed-in", account: engineer, device: "dev_2" } }));
    await page.getByText("drop_table").first().waitFor({ state: "detached" });
    await page.clock.runFor(1000);
    await page.getByRole("heading", { name: "You have decided nothing yet" }).waitFor();
    expect(await page.getByText("Under a signed checkpoint").count()).toBe(0);
  });
});

it("quotes hostile names and reasons, and draws none of their markup", async () => {
  const { page, server } = await stage.open(signedIn([]));
  const [line] = pastLines("decision", 1);
  const hostile = {
    ...line,
    tool: "delete\u202Eelif_",
    connection: "<img src=x>",
    requester: { name: "x".repeat(5000), kind: "user" },
  };
  server.answer("history.list", { ok: true, value: { lines: [hostile], next: null } });
  await page.getByRole("button", { name: "History", exact: true }).click();
  await page.getByRole("row", { name: /deleteU\+202Eelif_ <img src=x>/ }).waitFor();
  expect(await page.locator("main img").count()).toBe(0);
});

it("shows one pane at a time in a narrow window, and goes back with Escape", async () => {
  const { page } = await openHistory(5, signedIn([]), { viewport: { width: 600, height: 700 } });
  await page.getByRole("row", { name: /drop_table/ }).click();
  await page.getByText("Under a signed checkpoint").waitFor();
  expect(await page.getByRole("grid").count()).toBe(0);
  await page.keyboard.press("Escape");
  await page.getByRole("grid").waitFor();
});
