import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resolveSecret } from "../../../src/gateway/secrets.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "secrets-"));
  await writeFile(join(folder, "good"), "a value\r\n");
  await writeFile(join(folder, "two"), "a\nb\n\n");
  await writeFile(join(folder, "empty"), "\n");
});
afterAll(() => rm(folder, { recursive: true }));

describe("a secret", () => {
  it("comes from the environment", async () => expect(await resolveSecret("env:A_1", { A_1: "x\n" })).toBe("x\n"));

  it("comes from a file, without its last line break", async () => {
    expect(await resolveSecret(`file:${join(folder, "good")}`)).toBe("a value");
    expect(await resolveSecret(`file:${join(folder, "two")}`)).toBe("a\nb\n");
  });

  it.each([
    ["env:MISSING", "MISSING is not set"],
    ["env:EMPTY", "empty"],
    ["env:not a name", "name of an environment variable"],
    ["env:", "env:NAME or file:PATH"],
    ["plain", "env:NAME or file:PATH"],
    ["file:/nowhere/at/all", "can't be read"],
    ["file:FOLDER", "can't be read"],
    ["file:FOLDER/empty", "empty"],
  ])("%s is refused", async (name, message) => {
    await expect(resolveSecret(name.replace("FOLDER", folder), { EMPTY: "" })).rejects.toMatchObject({
      code: "configuration",
      message: expect.stringContaining(message),
    });
  });

  it("is never part of a message", async () => {
    const error = await resolveSecret("env:NUL", { NUL: "sesame\0" }).catch((error: unknown) => error);
    expect(String(error)).not.toContain("sesame");
  });
});
