import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadKeys } from "../../src/gateway/keys.ts";
import { openStore } from "../../src/gateway/store/open-store.ts";
import type { PrincipalView } from "../../src/shared/principal.ts";
import { approval } from "../gateway/store/scratch.ts";
import { openTwoPeople, type Seat, type TwoPeople } from "../support/two-people.ts";

const held = { groups: ["engineers"], effect: "approve", approvers: ["approvers"], expires: "5m", why: "Looked at." };
const many = 250;
let people: TwoPeople;
beforeAll(async () => {
  people = await openTwoPeople([{ name: "writes", tools: ["write_*", "create_*"], ...held, risk: "medium" }]);
  await people.world.restart(() => fill(people));
  for (const { client, page } of [people.engineer, people.approver]) {
    await client.call("gateway.retry", {}, "window");
    await page.getByText("Connected", { exact: true }).waitFor();
  }
});
afterAll(() => people.close());

const accountOf = ({ client }: Seat): PrincipalView => {
  const { session } = client.state();
  if (session.state !== "signed-in") throw new Error("nobody is signed in");
  return session.account;
};

/** Hundreds of the engineer's requests of yesterday and before, decided by the approver, or by a stranger to both. */
async function fill({ world, engineer, approver }: TwoPeople): Promise<void> {
  const keys = await loadKeys(join(dirname(world.data), "keys"));
  const origin = new URL(world.url).host;
  const store = await openStore({ folder: world.data, keys, origin, now: Date.now });
  const stranger: PrincipalView = { id: "staff:stranger", kind: "user", name: "Stranger", groups: ["approvers"] };
  await store.commit((writes) => {
    for (let n = 0; n < many; n += 1) {
      const [requester, by] =
        n % 10 === 9 ? [stranger, stranger] : [accountOf(engineer), n % 10 === 8 ? stranger : accountOf(approver)];
      const atMs = Date.now() - 86_400_000 - n * 600_000;
      const reason = n === 100 ? "+cmd|' /C calc'!A0" : "Fine";
      const shown = {
        verdict: n % 3 === 0 ? "deny" : "approve",
        reason,
        by,
        device: "d",
        presence: "cli",
        atMs,
      } as const;
      writes.approvals.put(
        approval(`apr_${n}`, {
          requester,
          person: requester.id,
          tool: n === 110 ? "needle_tool" : "write_file",
          state: n % 3 === 0 ? "denied" : "executed",
          createdAtMs: atMs - 9000,
          decision: shown,
          decisions: [{ ...shown, step: 1, person: by.id, jws: `jws ${n}` }],
        }),
      );
    }
  });
  await store.close();
}

const history = async ({ page }: Seat): Promise<void> => {
  await page.getByRole("button", { name: "History", exact: true }).click();
  await page
    .getByRole("row", { name: /write_file/ })
    .first()
    .waitFor();
};
const kind = ({ page }: Seat, name: string) => page.getByRole("group", { name: "Show" }).getByRole("button", { name });

/** Scrolls to the end until nothing older comes; the number of lines that the page then tells. */
async function toTheEnd({ page }: Seat): Promise<number> {
  const end = page.getByText(/^\d+ lines$/);
  for (let tries = 0; tries < 300 && (await end.count()) === 0; tries += 1) {
    await page.getByRole("grid").evaluate((grid) => grid.parentElement?.scrollTo(0, 1e9));
    await page.waitForTimeout(100);
  }
  return Number.parseInt(await end.innerText(), 10);
}

describe("two people and hundreds of calls", () => {
  it("each sees their own decisions and requests, all of them, and nothing of the other's", async () => {
    await history(people.approver);
    expect(await toTheEnd(people.approver)).toBe((many * 8) / 10);
    // Few of them are drawn, whatever their number.
    expect(await people.approver.page.getByRole("row").count()).toBeLessThan(80);
    await kind(people.approver, "My requests").click();
    await people.approver.page.getByRole("heading", { name: "None of your calls was held yet" }).waitFor();

    await people.engineer.page.getByRole("button", { name: "History", exact: true }).click();
    await people.engineer.page.getByRole("heading", { name: "You have decided nothing yet" }).waitFor();
    await kind(people.engineer, "My requests").click();
    await people.engineer.page
      .getByRole("row", { name: /write_file/ })
      .first()
      .waitFor();
    expect(await toTheEnd(people.engineer)).toBe((many * 9) / 10);
  });

  it("finds one of hundreds, by tool and by verdict", async () => {
    const { page } = people.engineer;
    await page.getByRole("searchbox", { name: "Search history" }).fill("NEEDLE");
    await page.getByText("1 line", { exact: true }).waitFor();
    await page.getByRole("row", { name: /needle_tool/ }).waitFor();
    await page.getByRole("combobox", { name: "Verdict" }).selectOption("deny");
    await page.getByText("None matches the search.").waitFor();
    await page.getByRole("combobox", { name: "Verdict" }).selectOption("all");
    await page.getByRole("searchbox", { name: "Search history" }).fill("");
    await page
      .getByRole("row", { name: /write_file/ })
      .first()
      .waitFor();
  });

  it("exports what is found as CSV, whole, with no cell that a spreadsheet would run", async () => {
    const { page } = people.approver;
    await kind(people.approver, "Decisions").click();
    await page
      .getByRole("row", { name: /write_file/ })
      .first()
      .waitFor();
    await page.getByRole("button", { name: "Export…" }).click();
    const downloading = page.waitForEvent("download");
    await page.getByRole("button", { name: "CSV, for a spreadsheet" }).click();
    const download = await downloading;
    expect(download.suggestedFilename()).toBe("countersign-decisions.csv");
    const text = await readFile(await download.path(), "utf8");
    expect(text.trimEnd().split("\r\n")).toHaveLength(1 + (many * 8) / 10);
    expect(text).toContain(`"'+cmd|' /C calc'!A0"`);
    expect(text).not.toMatch(/[,\n][=+\-@]/);
    expect(text).not.toContain("Stranger");
  });

  it("shows a decision that was just made, with its entries in the ledger", async () => {
    const { engineer, approver, world } = people;
    const answer = people.call("files", "create_directory", { path: join(world.files, "h") });
    await approver.page.getByRole("button", { name: /^Inbox/ }).click();
    await approver.page.getByRole("button", { name: "Approve", exact: true }).click();
    await answer;
    await history(approver);
    // The only line of this tool: an older one can't be taken for it before it has come.
    const line = /Approved create_directory files .* Ran/;
    await approver.page.getByRole("row", { name: line }).click();
    const side = approver.page.getByRole("complementary", { name: "Selected decision" });
    await side.getByText("Approved, by you").waitFor();
    expect(await side.innerText()).toMatch(
      /decided by you.*What .* saw.*In the ledger.*Held.*Approved, by you.*Ran.*Under a signed checkpoint/s,
    );
    await engineer.page.getByRole("row", { name: line }).click();
    await engineer.page.getByRole("complementary", { name: "Selected request" }).getByText("Held, by you").waitFor();
  });
});
