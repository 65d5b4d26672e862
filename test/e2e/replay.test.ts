import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Seat } from "../support/two-people.ts";
import { openTwoPeople, type TwoPeople } from "../support/two-people.ts";

const held = { groups: ["engineers"], effect: "approve", approvers: ["approvers"], expires: "5m", why: "Looked at." };
const hostile = `</script><img src=x onerror="document.title=1">\u2028\u202egnp`;

let people: TwoPeople;
/** Two written files, of which one is approved and one denied, then a file that is not there. */
beforeAll(async () => {
  people = await openTwoPeople([
    { name: "writes", tools: ["write_*"], ...held, risk: "medium" },
    { name: "reads", tools: ["read_*"], groups: ["engineers"], effect: "allow" },
  ]);
  const { approver, world } = people;
  for (const [verdict, name] of [
    ["Approve", "one.txt"],
    ["Deny", "two.txt"],
  ] as const) {
    const answer = people
      .call("files", "write_file", { path: join(world.files, name), content: hostile })
      .catch(String);
    await approver.page
      .getByRole("option", { name: /write_file/ })
      .first()
      .click();
    await approver.page.getByRole("button", { name: verdict, exact: true }).click();
    await answer;
  }
  await people.call("files", "read_text_file", { path: join(world.files, "none.txt") }).catch(String);
});
afterAll(() => people.close());

const sessionsTab = ({ page }: Seat) => page.getByRole("button", { name: "Sessions", exact: true });
const rows = ({ page }: Seat) => page.getByRole("grid", { name: "Replay" }).getByRole("row");
const chosen = ({ page }: Seat) => page.getByRole("grid", { name: "Replay" }).locator('tr[aria-selected="true"]');
const side = ({ page }: Seat) => page.getByRole("complementary", { name: "Chosen moment" });

describe("an auditor replays what a client did", () => {
  it("has no such page without the role, and with it finds the session by what happened in it", async () => {
    expect(await sessionsTab(people.engineer).count()).toBe(0);
    await sessionsTab(people.approver).click();
    const { page } = people.approver;
    await page.getByRole("combobox", { name: "What happened" }).selectOption("denied");
    await page.getByText("1 session", { exact: true }).waitFor();
    await page.getByRole("button", { name: /Erin Engineer.*files.*3 calls, 2 held, 1 denied/ }).click();
    await rows(people.approver).filter({ hasText: "read_text_file" }).first().waitFor();
  });

  it("steps, jumps to what was held and denied, and shows who decided where, and why the payload is what it was", async () => {
    const { page } = people.approver;
    const player = page.getByRole("group", { name: "Replay" });
    await player.getByRole("button", { name: "Next hold" }).click();
    expect(await chosen(people.approver).innerText()).toMatch(/Held\s+write_file/);
    expect(await side(people.approver).innerText()).toContain(
      '</script><img src=x onerror=\\"document.title=1\\">U+2028U+202Egnp',
    );
    await player.getByRole("button", { name: "Next denial" }).click();
    expect(await side(people.approver).innerText()).toMatch(/Denied[\s\S]*By\s+Avery Approver\s+Where\s+console/);
    const before = await chosen(people.approver).innerText();
    await page.keyboard.press("k");
    expect(await chosen(people.approver).innerText()).not.toBe(before);
    await page.keyboard.press("j");
    expect(await chosen(people.approver).innerText()).toBe(before);
  });

  it("plays to the end at a speed, with what was idle cut short", async () => {
    const { page } = people.approver;
    const player = page.getByRole("group", { name: "Replay" });
    await page.emulateMedia({ colorScheme: "dark" });
    await player.getByRole("combobox", { name: "Speed" }).selectOption("8");
    await player.getByRole("button", { name: "Play" }).click();
    await player.getByRole("button", { name: "Pause" }).waitFor();
    await player.getByRole("button", { name: "Play" }).waitFor();
    const count = await rows(people.approver).count();
    expect(await chosen(people.approver).getAttribute("aria-rowindex")).toBe(String(count));
  });

  it("compares two calls, and copies a link that leads to the moment", async () => {
    const { page } = people.approver;
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    const calls = rows(people.approver).filter({ hasText: /Calls, to be held/ });
    await calls.first().click();
    await side(people.approver).getByRole("button", { name: "Compare…" }).click();
    await calls.last().click();
    await page.getByRole("heading", { name: "Two calls compared" }).waitFor();
    expect(await side(people.approver).innerText()).toMatch(/path: was ".*one\.txt"\s*now ".*two\.txt"/s);
    await side(people.approver).getByRole("button", { name: "Stop comparing" }).click();
    await side(people.approver).getByRole("button", { name: "Copy link" }).click();
    await side(people.approver).getByRole("button", { name: "Copied" }).waitFor();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    expect(link).toMatch(/^countersign:\/\/session\/[\w-]+\/\d+$/);
  });

  it("exports the session as a page that opens from a file without network, and as JSON Lines", async () => {
    const { page } = people.approver;
    const files: string[] = [];
    for (const name of ["One page, for any browser", "JSON Lines"]) {
      await page.getByRole("button", { name: "Export…" }).click();
      const downloading = page.waitForEvent("download");
      await page.getByRole("button", { name }).click();
      const download = await downloading;
      files.push(join(people.approver.directory, download.suggestedFilename()));
      await download.saveAs(files.at(-1) ?? "");
    }
    const [html = "", lines = ""] = files;
    expect((await readFile(lines, "utf8")).trimEnd().split("\n")).toHaveLength(await rows(people.approver).count());
    // What went through the profile's folder is gone from it.
    const left = await readdir(people.approver.directory);
    expect(left.filter((name) => name.startsWith("session-"))).toEqual([]);
    const browser = page.context().browser();
    const context = await browser?.newContext({ offline: true });
    const opened = await context?.newPage();
    const asked: string[] = [];
    opened?.on("request", (request) => asked.push(request.url()));
    opened?.on("console", (message) => asked.push(message.text()));
    await opened?.goto(pathToFileURL(html).href);
    await opened?.getByRole("button", { name: "Next denial" }).click();
    expect(await opened?.locator("li.now").innerText()).toMatch(/Denied[\s\S]*Avery Approver/);
    expect(await opened?.locator("img").count()).toBe(0);
    expect(asked).toEqual([pathToFileURL(html).href]);
    await context?.close();
  });
});
