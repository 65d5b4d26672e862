import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { takePipeName } from "../../src/client/pipe-name.ts";
import { pipeFile, socketPlace } from "../../src/client/socket-path.ts";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "countersign-pipes-"));
});
afterEach(() => rm(directory, { recursive: true }));

const pipe = (name: "control" | "stdio", of = directory) => socketPlace(of, name, "win32").path;

describe("the pipes of a profile's owner on Windows", () => {
  it("are of one name to the owner and to all who come to it, and another for each kind", async () => {
    const leave = await takePipeName(directory, "win32");
    expect(pipe("stdio")).toMatch(/^\\\\\.\\pipe\\countersign-[\w-]{32}-stdio$/);
    expect(pipe("stdio")).toBe(pipe("stdio"));
    expect(pipe("control")).toBe(pipe("stdio").replace(/stdio$/, "control"));
    // As long as a pipe's name may be (CreateNamedPipe).
    expect(pipe("control").length).toBeLessThan(256);
    expect(socketPlace(directory, "stdio", "win32").folder).toBeNull();
    await leave();
  });

  it("are of another name at each start, and of none that anybody could know before it or after its end", async () => {
    const none = [pipe("stdio"), pipe("stdio")];
    const leave = await takePipeName(directory, "win32");
    const first = pipe("stdio");
    await leave();
    const after = pipe("stdio");
    const again = await takePipeName(directory, "win32");
    const second = pipe("stdio");
    await again();
    expect(new Set([...none, first, after, second]).size).toBe(5);
    expect(await readdir(directory)).toEqual([]);
  });

  it.each([
    ["empty", ""],
    ["short", "a".repeat(31)],
    ["long", "a".repeat(33)],
    ["with a line end", `${"a".repeat(32)}\n`],
    ["of another server", "..\\\\..\\other\\pipe\\aaaaaaaaaaaaaaaaaa"],
    ["with a blank", `${"a".repeat(31)} `],
    ["with a letter of another script", `${"a".repeat(31)}\u0430`],
  ])("are none where their name is %s", async (_what, name) => {
    await writeFile(join(directory, pipeFile), name);
    if (name !== "") expect(pipe("stdio")).not.toContain(name);
    expect(pipe("stdio")).toMatch(/^\\\\\.\\pipe\\countersign-[0-9a-f-]{36}-stdio$/);
  });

  it("keep their name from everybody but this user", async () => {
    const leave = await takePipeName(directory, "win32");
    expect((await readFile(join(directory, pipeFile), "utf8")).length).toBe(32);
    await leave();
  });
});

describe("the sockets elsewhere", () => {
  it("lie in the profile's folder, or in one of this user's where that is too deep for a socket", async () => {
    expect(await takePipeName(directory, "linux").then((leave) => leave())).toBeUndefined();
    expect(await readdir(directory)).toEqual([]);
    expect(socketPlace("/home/ada/profile", "stdio", "linux")).toEqual({
      path: "/home/ada/profile/stdio.sock",
      folder: "/home/ada/profile",
    });
    const deep = socketPlace(`/home/${"ada/".repeat(30)}`, "control", "darwin");
    expect(deep.path).toBe(join(deep.folder ?? "", "control.sock"));
    expect(deep.folder).toMatch(/countersign-[0-9a-f]{16}$/);
    expect(deep).not.toEqual(socketPlace(`/home/${"bob/".repeat(30)}`, "control", "darwin"));
  });
});
