import { afterAll, beforeAll, expect, it } from "vitest";
import { openTwoPeople, type TwoPeople } from "../support/two-people.ts";

let people: TwoPeople;
let token: string;
beforeAll(async () => {
  people = await openTwoPeople([
    { name: "deleting customers", tools: ["delete_*"], effect: "allow", signIn: { within: "15m", acr: ["c1"] } },
    {
      name: "updating",
      tools: ["update_*"],
      effect: "approve",
      approvers: ["approvers"],
      risk: "low",
      approverSignIn: { acr: ["c1"] },
    },
    { name: "reads", tools: ["get_*"], effect: "allow" },
  ]);
  const { client } = people.engineer;
  await client.openTunnel();
  ({ token } = await client.addClient("Cursor"));
}, 90_000);
afterAll(() => people.close());

/** A legacy client's call through the engineer's tunnel, in a session of its own: the answer's text. */
async function call(name: string, id: string): Promise<string> {
  const { tunnel } = people.engineer.client.state();
  if (tunnel.state !== "open") throw new Error("the tunnel did not open");
  const url = `http://127.0.0.1:${tunnel.port}/mcp/customers`;
  const headers = {
    authorization: `Bearer ${token}`,
    "content-type": "application/json",
    accept: "application/json, text/event-stream",
  };
  const say = (message: object, more: object = {}) =>
    fetch(url, {
      method: "POST",
      headers: { ...headers, ...more },
      body: JSON.stringify({ jsonrpc: "2.0", ...message }),
    });
  const clientInfo = { name: "cursor", version: "1" };
  const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo };
  const begun = await say({ id: 1, method: "initialize", params });
  await begun.text();
  const session = { "mcp-session-id": begun.headers.get("mcp-session-id") ?? "" };
  await (await say({ method: "notifications/initialized" }, session)).text();
  return await (await say({ id: 2, method: "tools/call", params: { name, arguments: { id } } }, session)).text();
}

it("a call of an agent's asks for a sign-in in the console's band, and one press there lets it go on", async () => {
  const { page, client } = people.engineer;
  const notices = page.getByRole("region", { name: "Notices" });
  const answer = call("delete_customer", "cus_20418");
  const asks = "First, rule “deleting customers” asks you for a sign-in of the last 15 minutes, with acr c1.";
  await notices.getByText(`Cursor wants to run delete_customer on customers. ${asks}`).waitFor();
  expect(client.state().session.state).toBe("signed-in");
  await notices.getByRole("button", { name: "Sign in", exact: true }).click();
  expect(await answer).toContain("cus_20418");
  await notices.getByText(asks).waitFor({ state: "detached" });
  await page.getByText("Connected", { exact: true }).waitFor();
  // It holds for what comes after, as long as the rule says.
  expect(await call("delete_customer", "cus_nobody")).toContain("cus_nobody");
});

it("a sign-in that is put off tells the agent so, and runs nothing", async () => {
  const { page, client } = people.engineer;
  // Signed in anew without being asked for more: the provider names no class.
  expect(await client.call("session.signIn", {}, "window")).toMatchObject({ ok: true });
  const before = people.world.forwarded.filter((body) => body.includes("cus_later")).length;
  const answer = call("delete_customer", "cus_later");
  await page.getByRole("button", { name: "Not now" }).click();
  expect(await answer).toContain("The person put the sign-in off. Nothing was run.");
  expect(people.world.forwarded.filter((body) => body.includes("cus_later"))).toHaveLength(before);
});

it("an approver whose sign-in is too weak is told so, signs in, and approves what they still see", async () => {
  const { page } = people.approver;
  const input = { id: "cus_20419", changes: { notes: "Called back." } };
  const answer = people.call("customers", "update_customer", input);
  await page.getByRole("heading", { name: /wants to run update_customer/ }).waitFor();
  await page.getByText("Approving takes a sign-in, with acr c1.").waitFor();
  await page.getByRole("button", { name: "Approve", exact: true }).click();
  await page.getByText(/^Not approved\./).waitFor();
  const asks = "rule “updating” asks you for a sign-in, with acr c1. Sign in, then approve again.";
  const notices = page.getByRole("region", { name: "Notices" });
  await notices.getByText(`To approve update_customer on customers, ${asks}`).waitFor();
  await notices.getByRole("button", { name: "Sign in", exact: true }).click();
  await notices.getByText(asks).waitFor({ state: "detached" });
  await page.getByText("Connected", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Approve", exact: true }).click();
  expect(await answer).toContain("Called back.");
});
