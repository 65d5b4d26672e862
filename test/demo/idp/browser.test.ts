import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createSignIn } from "../../../src/client/sign-in/sign-in.ts";
import { memoryVault } from "../../../src/client/vault/vault.ts";
import { type IdentityProvider, startIdentityProvider } from "../../../src/demo/idp/index.ts";

let idp: IdentityProvider;
let browser: Browser;
beforeAll(async () => {
  idp = await startIdentityProvider();
  browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
});
afterAll(async () => {
  await browser.close();
  await idp.close();
});

it("lets two people sign in and one cancel, one after the other, in one real browser", async () => {
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  const signIn = await createSignIn(idp.oidc.signIn, { vault: memoryVault() });

  const pick = async (button: RegExp, ending: string) => {
    const attempt = signIn.signIn({
      openBrowser: async (url) => {
        await page.goto(url);
        await page.getByRole("button", { name: button }).click();
      },
      signal: AbortSignal.timeout(15_000),
    });
    const outcome = await attempt.then(({ account }) => account.name).catch((error: unknown) => error);
    await page.getByRole("heading", { name: ending }).waitFor();
    return outcome;
  };

  expect(await pick(/Erin Engineer/, "You are signed in")).toBe("Erin Engineer");
  expect(await pick(/Avery Approver/, "You are signed in")).toBe("Avery Approver");
  expect(await pick(/Cancel/, "The sign-in was refused")).toMatchObject({ code: "denied" });
  const { logoutUrl } = await signIn.signOut();
  await page.goto(logoutUrl ?? "");
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "You are signed out" }).waitFor();
  // A favicon is all that a browser may miss; a blocked style or form would be said here.
  expect(complaints.filter((text) => !text.includes("favicon") && !text.includes("404"))).toEqual([]);
  signIn.close();
});
