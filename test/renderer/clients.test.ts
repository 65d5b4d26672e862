import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { stageConsole, type ConsoleStage } from "../support/console/open.ts";
import type { ConsoleServer } from "../support/console/server.ts";
import { answerSetups, busyTraffic, changeOf, everySetup } from "../support/console/setups.ts";
import { held, signedIn } from "../support/console/states.ts";

let stage: ConsoleStage;
beforeAll(async () => {
  stage = await stageConsole();
});
afterEach(async () => {
  expect(await stage.clear()).toEqual([]);
});
afterAll(() => stage.close());

const row = (page: Page, name: RegExp) => page.getByRole("table", { name: "MCP clients" }).getByRole("row", { name });
const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click();
const asked = (server: ConsoleServer) => server.calls.map(({ call, input }) => [call, input]);

async function opened(change: Parameters<typeof signedIn>[1] = {}, prepare = answerSetups) {
  const { page, server } = await stage.open(signedIn([], change));
  prepare(server);
  await page.getByRole("button", { name: "Connections" }).click();
  return { page, server };
}

describe("MCP clients", () => {
  it("stand each by its word, with what happened last and what can be done", async () => {
    const { page } = await opened({ traffic: busyTraffic });
    for (const name of [
      /Cursor .* Seen live Called \d\d:\d\d, Cursor 2\.3 1,310 2 errors Undo the set-up of Cursor…/,
      /VS Code .* Written Written \d\d:\d\d; not seen yet/,
      /Claude Code .* Restart needed Written \d\d:\d\d; restart Claude Code/,
      /Windsurf .* Drifted crm-production: its address, token or command is not today’s .* Repair Windsurf…/,
      /Zed .* Not readable Line 12, column 3: A comma or the end of the object is missing\./,
      /Gemini CLI .* Not set up Found on this computer 0 Set up Gemini CLI…/,
    ])
      await row(page, name).waitFor();
    await page.getByText("Not found on this computer: Goose.").waitFor();
    await press(page, "Show them");
    await page.getByRole("listitem").filter({ hasText: "github https://api.githubcopilot.example" }).waitFor();
  });

  it("are set up by the change that is shown, and by no other", async () => {
    const { page, server } = await opened();
    await press(page, "Set up Gemini CLI…");
    const panel = page.getByRole("region", { name: "Set up Gemini CLI" });
    await panel.getByText("Bearer cst_…").waitFor();
    expect(asked(server)).toEqual([["setup.plan", { does: "set-up", program: "gemini" }]]);
    await press(page, "Write");
    await panel.getByText("Written. Start a new Gemini CLI session.").waitFor();
    const seen = { "/home/ada/.gemini/settings.json": "0".repeat(64) };
    expect(asked(server).at(-1)).toEqual(["setup.apply", { does: "set-up", program: "gemini", seen }]);
    await press(page, "Undo…");
    await press(page, "Take out");
    await page.getByText("Taken out: the file is as it was without it.").waitFor();
    expect(asked(server).at(-1)).toEqual(["setup.apply", { does: "undo", program: "gemini", seen }]);
  });

  it("are not written to when the preview is left, and the focus is where it began", async () => {
    const { page, server } = await opened();
    const button = page.getByRole("button", { name: "Repair Windsurf…" });
    await button.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("region", { name: "Repair Windsurf" }).waitFor();
    expect(await button.getAttribute("aria-expanded")).toBe("true");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.getByRole("region", { name: "Repair Windsurf" }).count()).toBe(0);
    expect(await button.evaluate((element) => element === document.activeElement)).toBe(true);
    expect(asked(server).map(([call]) => call)).toEqual(["setup.plan"]);
  });

  it("that drifted together, as after another port, are repaired together by the changes that are shown", async () => {
    const { page, server } = await opened({}, (ground) =>
      answerSetups(
        ground,
        everySetup.map((view) => (view.id === "cursor" ? { ...view, state: "drifted" as const } : view)),
      ),
    );
    await page.getByText("2 clients have drifted.").waitFor();
    await press(page, "Repair all…");
    const panel = page.getByRole("region", { name: "Repair all that drifted" });
    await panel.getByText("/home/ada/.cursor/mcp.json", { exact: true }).waitFor();
    await panel.getByText("/home/ada/.codeium/windsurf/mcp_config.json", { exact: true }).waitFor();
    await panel.getByRole("button", { name: "Repair", exact: true }).click();
    await panel
      .getByText(/^Written\./)
      .first()
      .waitFor();
    const of = (call: string) => asked(server).filter(([each]) => each === call);
    expect(of("setup.plan").map(([, input]) => input)).toEqual([
      { does: "repair", program: "cursor" },
      { does: "repair", program: "windsurf" },
    ]);
    const seen = {
      "/home/ada/.cursor/mcp.json": "0".repeat(64),
      "/home/ada/.codeium/windsurf/mcp_config.json": "0".repeat(64),
    };
    await expect
      .poll(() => of("setup.apply").map(([, input]) => input))
      .toEqual([
        { does: "repair", program: "cursor", seen },
        { does: "repair", program: "windsurf", seen },
      ]);
    await panel.getByRole("button", { name: "Close" }).click();
  });

  it("say with line and column why a file is left as it is, and offer no writing", async () => {
    const problem = { line: 3, column: 7, message: "A comma is missing." };
    const { page } = await opened({}, (server) => {
      answerSetups(server);
      const refused = everySetup
        .filter(({ id }) => id === "gemini")
        .map((view) => changeOf(view, { did: "refused", diff: [], problem }));
      server.answer("setup.plan", { ok: true, value: refused });
    });
    await press(page, "Set up Gemini CLI…");
    await page.getByText("Left as it is. Line 3, column 7: A comma is missing.").waitFor();
    expect(await page.getByRole("button", { name: "Write", exact: true }).count()).toBe(0);
  });

  it("say that a file was changed since it was shown, and show it anew", async () => {
    const { page, server } = await opened();
    server.refuse("setup.apply", { code: "digest_mismatch", message: "" });
    await press(page, "Set up Gemini CLI…");
    await press(page, "Write");
    await page.getByText(/Nothing was written/).waitFor();
    await press(page, "Look again");
    await page.getByRole("button", { name: "Write", exact: true }).waitFor();
  });

  it("that came over stdio are shown as unverified, and any token is revoked with two presses", async () => {
    const client = { id: "c9", name: "notes", createdAtMs: 1, lastUsedAtMs: null, unverified: true } as const;
    const { page, server } = await opened({ clients: [client] });
    await row(page, /notes came over stdio and only says who it is Unverified not used yet/).waitFor();
    await press(page, "Revoke notes");
    await press(page, "Keep");
    await press(page, "Revoke notes");
    await press(page, "Revoke for good");
    await expect.poll(() => asked(server)).toEqual([["clients.remove", { id: "c9" }]]);
  });

  it("that could not be looked for are said to be so, beside those with a token", async () => {
    const { page, server } = await opened({}, (ground) =>
      ground.refuse("setup.list", { code: "not_running", message: "" }),
    );
    await page.getByText(/could not be looked for/).waitFor();
    await row(page, /Claude Code added by hand/).waitFor();
    answerSetups(server);
    await press(page, "Look again");
    await row(page, /Gemini CLI/).waitFor();
    expect(await page.getByText(/could not be looked for/).count()).toBe(0);
  });

  it("are looked for again when another was registered", async () => {
    const { page, server } = await opened({}, (ground) => answerSetups(ground, everySetup.slice(0, 1)));
    await row(page, /^Cursor/)
      .first()
      .waitFor();
    answerSetups(server);
    server.say(signedIn([], { clients: [] }));
    await row(page, /Gemini CLI/).waitFor();
  });
});

describe("traffic", () => {
  it("is shown for each connection, with what is held and the last errors with their cure", async () => {
    const { page, server } = await opened({ traffic: busyTraffic });
    const own = [
      held({
        id: "mine",
        relation: "requester",
        tool: "write_file",
        connection: "files",
        risk: "medium",
        via: "Cursor",
        device: "dev_5Yt1",
      }),
      held({ relation: "requester", state: "approved", via: "gone" }),
      held({ relation: "requester", state: "denied" }),
    ];
    server.say(signedIn(own, { traffic: busyTraffic }));
    const connections = page.getByRole("table", { name: "Connections" });
    await connections.getByRole("row", { name: /crm-production .* 1,214 2 errors 1 \d\d:\d\d/ }).waitFor();
    await connections.getByRole("row", { name: /files .* 99 1 \d\d:\d\d/ }).waitFor();
    await connections.getByRole("row", { name: /memory .* 0 0 none yet/ }).waitFor();
    const clients = page.getByRole("table", { name: "MCP clients" });
    await clients.getByRole("row", { name: /^Cursor .* 1 held/ }).waitFor();
    const calls = page.getByRole("table", { name: "Held calls" });
    await calls
      .getByRole("row", { name: /write_file on files Cursor Waits for a decision; denied at \d\d:\d\d/ })
      .waitFor();
    await calls
      .getByRole("row", {
        name: /update_customer on crm-production Cursor 2\.3 .* runs when the client makes the identical call/,
      })
      .waitFor();
    expect(await calls.getByRole("row").count()).toBe(3);
    const errors = page.getByRole("table", { name: "Last errors" });
    await errors
      .getByRole("row", { name: /an unknown program none This client token is not known here.* 14 times\./ })
      .waitFor();
    await errors
      .getByRole("row", { name: /Cursor crm-production The gateway cannot be reached: check the network\./ })
      .waitFor();
    await press(page, "Show in My requests");
    await page.getByRole("heading", { name: /write_file on files/ }).waitFor();
  });

  it("never stands beside a connection that is said to be not called yet", async () => {
    const [called] = busyTraffic.lines.map((line) => ({ ...line, connection: "memory" }));
    const { page } = await opened({ traffic: { ...busyTraffic, lines: called === undefined ? [] : [called] } });
    const connections = page.getByRole("table", { name: "Connections" });
    await connections.getByRole("row", { name: /memory .* Not in use stdio 1,214/ }).waitFor();
  });

  it("takes no room where nothing is held and nothing failed", async () => {
    const { page } = await opened();
    await row(page, /Gemini CLI/).waitFor();
    expect(await page.getByRole("heading", { name: /Held calls|Last errors/ }).count()).toBe(0);
  });
});
