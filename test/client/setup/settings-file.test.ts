import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { digest, writeSettings } from "../../../src/client/setup/settings-file.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "countersign-settings-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("writing a settings file", () => {
  it("leaves the old text or the new one, whenever the process is killed", async () => {
    const file = join(folder, "mcp.json");
    const program = fileURLToPath(new URL("writer-process.ts", import.meta.url));
    for (const writes of [3, 4, 7]) {
      await rm(file, { force: true });
      const writer = spawn(process.execPath, [program, file], { stdio: ["ignore", "pipe", "inherit"] });
      let done = 0;
      writer.stdout.on("data", (data: Buffer) => {
        done += data.length;
        if (done >= writes) writer.kill("SIGKILL");
      });
      await once(writer, "close");
      expect(done).toBeGreaterThanOrEqual(writes);
      expect(await readFile(file, "utf8")).toMatch(/^(?:a{3000000}|b{3000000})$/);
    }
  });

  it("refuses one that was changed since it was read", async () => {
    const file = join(folder, "mcp.json");
    await writeSettings(file, "one", 0o600, null);
    await expect(writeSettings(file, "two", 0o600, null)).rejects.toMatchObject({ code: "digest_mismatch" });
    await expect(writeSettings(file, "two", 0o600, digest("other"))).rejects.toMatchObject({ code: "digest_mismatch" });
    expect(await readFile(file, "utf8")).toBe("one");
  });
});
