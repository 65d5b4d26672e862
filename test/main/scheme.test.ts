import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { installElectron, type StandIn } from "../support/electron/stand-in.ts";

let electron: StandIn;
beforeAll(async () => {
  electron = await installElectron();
  await mkdir(join(electron.folder, "pages", "assets"), { recursive: true });
  await writeFile(join(electron.folder, "pages", "index.html"), "<!doctype html>");
  await writeFile(join(electron.folder, "pages", "assets", "main-1a.js"), "1");
  await writeFile(join(electron.folder, "pages", "notes.txt"), "not of a served kind");
  await writeFile(join(electron.folder, "outside.js"), "secret");
});
afterAll(() => electron.close());

test.each([
  ["app://countersign/", 200],
  ["app://countersign/index.html", 200],
  ["app://countersign/assets/main-1a.js", 200],
  ["app://countersign/../outside.js", 404],
  ["app://countersign/%2e%2e/outside.js", 404],
  ["app://countersign/..%2foutside.js", 404],
  ["app://countersign/assets/..%5c..%5coutside.js", 404],
  ["app://countersign//etc/passwd", 404],
  ["app://countersign/.env", 404],
  ["app://countersign/notes.txt", 404],
  ["app://countersign/assets", 404],
  ["app://elsewhere/index.html", 404],
])("answers a page's request for %s with %i", async (url, status) => {
  const { answerRequest } = await import("../../src/main/scheme.ts");
  const response = await answerRequest(join(electron.folder, "pages"), { url, method: "GET" });
  expect(response.status).toBe(status);
  expect(response.headers.get("content-security-policy")).toContain("default-src 'none'; script-src 'self'");
  expect(response.headers.get("x-content-type-options")).toBe("nosniff");
});

test("serves nothing to a request that would change something", async () => {
  const { answerRequest } = await import("../../src/main/scheme.ts");
  const request = { url: "app://countersign/index.html", method: "POST" };
  expect((await answerRequest(join(electron.folder, "pages"), request)).status).toBe(404);
});
