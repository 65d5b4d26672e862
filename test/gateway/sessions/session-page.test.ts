import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { factsOf } from "../../../src/gateway/audit/entry-facts.ts";
import { exportFoot, exportHead, exportMoment } from "../../../src/gateway/sessions/session-export.ts";
import type { SessionView } from "../../../src/shared/audit-sessions.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { axeFaults } from "../../support/axe.ts";
import { launchBrowser } from "../../support/browser.ts";

/** Markup that would leave where it stands, ask for something, or run; line ends that scripts have and JSON has not; what reverses and hides. */
const tricks =
  '</script></pre></li><script>document.title="run"</script><img src="https://example.com/x" onerror="document.title=1">\u2028\u2029\u202egnp.\u2066\u200b&lt;b&gt;\'"`';
const beganMs = Date.UTC(2026, 10, 20, 9);

const session: SessionView = {
  id: "from-1",
  principal: `corp:${tricks}`,
  name: tricks,
  principalKind: "user",
  device: tricks,
  via: tricks,
  client: tricks,
  connection: tricks,
  era: "modern",
  first: 1,
  last: 6,
  fromMs: beganMs,
  toMs: beganMs + 600_000,
  entries: 6,
  calls: 2,
  held: 1,
  denied: 1,
  failed: 1,
};

const jws = (payload: JsonObject): string =>
  [{ kid: tricks }, payload].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
const masked = { path: ["arguments", "ssn"], kind: "ssn" };
const entries: readonly (readonly [atMs: number, kind: string, body: JsonObject | null])[] = [
  [
    0,
    "call.request",
    {
      call: "c1",
      effect: "approve",
      method: "tools/call",
      name: tricks,
      params: { arguments: { [tricks]: tricks, ssn: "•••1120" } },
      hidden: [masked],
    },
  ],
  [20, "approval.pending", { approval: "a1", tool: tricks, payload: { arguments: { note: tricks }, hidden: [] } }],
  [
    300_000,
    "approval.denied",
    { approval: "a1", by: tricks, decision: `${jws({ verdict: "deny", reason: tricks, presence: "window" })}.s` },
  ],
  [300_010, "call.response", { call: "c1", outcome: "denied", response: { error: { message: tricks } }, hidden: [] }],
  [
    300_020,
    "call.response",
    {
      call: "c2",
      outcome: "error",
      ms: 12,
      bytes: 99_999,
      response: { result: { text: `${tricks}${"W".repeat(70_000)}` } },
      hidden: [],
    },
  ],
  [600_000, "call.request", null],
];

function pageText(): string {
  const items = entries.flatMap(([afterMs, kind, body], at) => {
    const facts = factsOf(kind, body ?? {});
    const line = { entry: at + 1, atMs: beganMs + afterMs, kind, facts };
    const kept = body === null ? ({ at: "erased" } as const) : ({ at: "row", text: JSON.stringify(body) } as const);
    const pieces = exportMoment(
      "html",
      { line, leaf: "{}", salt: null, body: kept, names: { [tricks]: `By ${tricks}` } },
      session,
    );
    return pieces.filter((piece) => typeof piece === "string");
  });
  return [exportHead("html", tricks, session), ...items, exportFoot("html")].join("");
}

let folder: string;
let browser: Browser;
let address: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "countersign-page-"));
  const file = join(folder, "session.html");
  await writeFile(file, pageText());
  address = pathToFileURL(file).href;
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  await rm(folder, { recursive: true, force: true });
});

/** The page in a browser without network; whatever it asks for beside itself, and whatever goes wrong in it. */
async function opened(javaScriptEnabled = true): Promise<{ readonly page: Page; readonly faults: readonly string[] }> {
  const context = await browser.newContext({ offline: true, javaScriptEnabled });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("request", (request) => request.url() !== address && faults.push(request.url()));
  page.on("console", (message) => faults.push(message.text()));
  page.on("pageerror", (error) => faults.push(error.message));
  await page.goto(address);
  return { page, faults };
}

const now = (page: Page) => page.locator("li.now").getAttribute("id");

describe("an exported session's page", () => {
  it("opens from a file without network, asks for nothing, and shows hostile text as text", async () => {
    const { page, faults } = await opened();
    expect(await page.locator("img, main script").count()).toBe(0);
    expect(await page.title()).toContain("Session of </script>");
    const request = await page.locator("#e1 pre").innerText();
    expect(request).toContain('</script></pre></li><script>document.title=\\"run\\"');
    expect(request).toContain("⟨U+2028⟩⟨U+2029⟩⟨U+202E⟩gnp.⟨U+2066⟩⟨U+200B⟩&lt;b&gt;");
    expect(await page.locator("#e1").innerText()).toContain("1 value is hidden in it.");
    const denial = await page.locator("#e3").innerText();
    expect(denial).toMatch(/\+5:00\.000 Denied[\s\S]*By[\s\S]*Where\s+console\s+Reason\s+<\/script>/);
    expect(await page.locator("#e5").innerText()).toMatch(/The first 65,536 of [\d,]+ characters\./);
    expect(await page.locator("#e6").innerText()).toContain("was erased");
    expect(faults).toEqual([]);
    await page.context().close();
  });

  it("steps, jumps, plays with what was idle cut short, and opens at a moment that a link names", async () => {
    const { page, faults } = await opened();
    expect(await now(page)).toBe("e1");
    await page.keyboard.press("j");
    expect(await now(page)).toBe("e2");
    await page.keyboard.press("k");
    await page.getByRole("button", { name: "Next denial" }).click();
    expect(await now(page)).toBe("e3");
    await page.getByRole("button", { name: "Next failure" }).click();
    expect(await now(page)).toBe("e5");
    await page.getByRole("combobox", { name: "Speed" }).selectOption("8");
    await page.getByRole("button", { name: "Play" }).click();
    await page.locator("#e6.now").waitFor();
    await page.getByRole("button", { name: "Play" }).waitFor();
    await page.getByRole("slider", { name: "Moment" }).fill("1");
    expect(await now(page)).toBe("e2");
    await page.getByRole("link", { name: "#4", exact: true }).click();
    await page.locator("#e4.now").waitFor();
    expect(faults).toEqual([]);
    await page.context().close();
  });

  it("reads without script, is told to everybody, and keeps its contrast in the dark", async () => {
    const plain = await opened(false);
    expect(await plain.page.locator("main li").count()).toBe(entries.length);
    expect(await plain.page.getByRole("navigation").count()).toBe(0);
    await plain.page.context().close();
    const { page } = await opened();
    expect(await axeFaults(page, ["light", "dark"])).toEqual([]);
    await page.emulateMedia({ media: "print" });
    expect(await page.locator("nav").isVisible()).toBe(false);
    await page.context().close();
  });
});
