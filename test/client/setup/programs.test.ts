import { describe, expect, it } from "vitest";
import { below, type Machine } from "../../../src/client/setup/machine.ts";
import { programs } from "../../../src/client/setup/programs.ts";
import { setupPrograms, type SetupProgram } from "../../../src/shared/setup.ts";

function machine(platform: Machine["platform"], env: Machine["env"] = {}, there: readonly string[] = []): Machine {
  const home = { linux: "/home/e", darwin: "/Users/e", win32: String.raw`C:\Users\e` }[platform];
  return {
    platform,
    home,
    env,
    exists: (path) => there.includes(path),
    names: (folder) =>
      there.flatMap((path) =>
        path.startsWith(below({ platform }, folder, "x").slice(0, -1)) ? [path.slice(folder.length + 1)] : [],
      ),
  };
}

const filesOn = (id: SetupProgram, on: Machine): readonly string[] => programs[id].places(on).map(({ file }) => file);
const first = (on: Machine) => Object.fromEntries(setupPrograms.map((id) => [id, filesOn(id, on)[0]]));

describe("where clients keep their settings", () => {
  it("is known on Linux", () => {
    expect(first(machine("linux"))).toEqual({
      "claude-desktop": "/home/e/.config/Claude/claude_desktop_config.json",
      "claude-code": "/home/e/.claude.json",
      cursor: "/home/e/.cursor/mcp.json",
      vscode: "/home/e/.config/Code/User/mcp.json",
      windsurf: "/home/e/.codeium/windsurf/mcp_config.json",
      zed: "/home/e/.config/zed/settings.json",
      codex: "/home/e/.codex/config.toml",
      gemini: "/home/e/.gemini/settings.json",
      goose: "/home/e/.config/goose/config.yaml",
      opencode: "/home/e/.config/opencode/opencode.json",
    });
  });

  it("is known on macOS", () => {
    expect(first(machine("darwin"))).toEqual({
      "claude-desktop": "/Users/e/Library/Application Support/Claude/claude_desktop_config.json",
      "claude-code": "/Users/e/.claude.json",
      cursor: "/Users/e/.cursor/mcp.json",
      vscode: "/Users/e/Library/Application Support/Code/User/mcp.json",
      windsurf: "/Users/e/.codeium/windsurf/mcp_config.json",
      zed: "/Users/e/.config/zed/settings.json",
      codex: "/Users/e/.codex/config.toml",
      gemini: "/Users/e/.gemini/settings.json",
      goose: "/Users/e/.config/goose/config.yaml",
      opencode: "/Users/e/.config/opencode/opencode.json",
    });
  });

  it("is known on Windows", () => {
    const roaming = String.raw`C:\Users\e\AppData\Roaming`;
    expect(first(machine("win32"))).toEqual({
      "claude-desktop": `${roaming}\\Claude\\claude_desktop_config.json`,
      "claude-code": String.raw`C:\Users\e\.claude.json`,
      cursor: String.raw`C:\Users\e\.cursor\mcp.json`,
      vscode: `${roaming}\\Code\\User\\mcp.json`,
      windsurf: String.raw`C:\Users\e\.codeium\windsurf\mcp_config.json`,
      zed: `${roaming}\\Zed\\settings.json`,
      codex: String.raw`C:\Users\e\.codex\config.toml`,
      gemini: String.raw`C:\Users\e\.gemini\settings.json`,
      goose: `${roaming}\\Block\\goose\\config\\config.yaml`,
      opencode: String.raw`C:\Users\e\.config\opencode\opencode.json`,
    });
  });

  it("is the package's own folder for Claude Desktop of the Windows store, before the other", () => {
    const folder = String.raw`D:\Local\Packages\Claude_pzs8sxrjxfjjc`;
    const on = machine("win32", { LOCALAPPDATA: String.raw`D:\Local`, APPDATA: String.raw`D:\Roaming` }, [folder]);
    expect(filesOn("claude-desktop", on)).toEqual([
      `${folder}\\LocalCache\\Roaming\\Claude\\claude_desktop_config.json`,
      String.raw`D:\Roaming\Claude\claude_desktop_config.json`,
    ]);
  });

  it("is the sandbox's folder as well for what comes as a Flatpak", () => {
    expect(filesOn("vscode", machine("linux"))).toContain(
      "/home/e/.var/app/com.visualstudio.code/config/Code/User/mcp.json",
    );
    expect(filesOn("zed", machine("linux"))).toContain("/home/e/.var/app/dev.zed.Zed/config/zed/settings.json");
    expect(filesOn("zed", machine("darwin"))).toHaveLength(1);
  });

  it("follows the variables that move it, unless they are relative", () => {
    const env = {
      XDG_CONFIG_HOME: "/x",
      CLAUDE_CONFIG_DIR: "/c",
      CODEX_HOME: "/codex",
      GEMINI_CLI_HOME: "/g",
      GOOSE_PATH_ROOT: "/goose",
      OPENCODE_CONFIG: "/o.json",
    };
    expect(first(machine("linux", env))).toMatchObject({
      "claude-code": "/c/.claude.json",
      vscode: "/x/Code/User/mcp.json",
      zed: "/x/zed/settings.json",
      codex: "/codex/config.toml",
      gemini: "/g/.gemini/settings.json",
      goose: "/goose/config/config.yaml",
      opencode: "/o.json",
    });
    expect(first(machine("linux", { CODEX_HOME: "codex" }))["codex"]).toBe("/home/e/.codex/config.toml");
  });

  it("is opencode's file with comments where that is the one", () => {
    const commented = "/home/e/.config/opencode/opencode.jsonc";
    expect(filesOn("opencode", machine("linux", {}, [commented]))).toEqual([commented]);
  });

  it("names each client so that it can be a client of the tunnel", () => {
    for (const id of setupPrograms) expect(programs[id].name).toMatch(/^[A-Za-z0-9][A-Za-z0-9 ._()+-]{0,40}$/);
  });
});
