import { afterAll, beforeAll, expect, test } from "vitest";
import { installElectron, type StandIn } from "../support/electron/stand-in.ts";

let electron: StandIn;
beforeAll(async () => {
  electron = await installElectron();
});
afterAll(() => electron.close());

test.each([
  ["https://login.example/authorize?x=1", "https://login.example/authorize?x=1"],
  ["http://127.0.0.1:4000/a", "http://127.0.0.1:4000/a"],
  ["http://[::1]:4000/a", "http://[::1]:4000/a"],
  ["http://localhost:4000/", "http://localhost:4000/"],
  ["http://login.example/", null],
  ["http://127.0.0.1.evil.example/", null],
  ["https://user:secret@login.example/", null],
  ["file:///etc/passwd", null],
  ["javascript:alert(1)", null],
  ["ms-msdt:/id", null],
  ["smb://host/share", null],
  ["app://countersign/index.html", null],
  ["not an address", null],
])("of %s the browser may get %s", async (address, allowed) => {
  const { externalAddress } = await import("../../src/main/external.ts");
  expect(externalAddress(address)).toBe(allowed);
});

test("opens the browser once for a click, and never without one", async () => {
  const { createBrowserOpener } = await import("../../src/main/external.ts");
  const clock = { nowMs: 1000 };
  const opener = createBrowserOpener(() => clock.nowMs);
  await expect(opener.open("https://login.example/")).rejects.toMatchObject({ code: "not_allowed" });
  opener.clicked();
  await opener.open("https://login.example/1");
  await expect(opener.open("https://login.example/2")).rejects.toMatchObject({ code: "not_allowed" });
  opener.clicked();
  clock.nowMs += 60_000;
  await expect(opener.open("https://login.example/3")).rejects.toMatchObject({ code: "not_allowed" });
  expect(electron.desktop.opened).toEqual(["https://login.example/1"]);
});
