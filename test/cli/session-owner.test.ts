import { describe, expect, it } from "vitest";
import { profileDirectory } from "../../src/cli/profile-directory.ts";
import { reachable } from "../../src/cli/session-owner.ts";
import type { ConsoleState } from "../../src/shared/console.ts";

const connections = [{ name: "files", url: "http://127.0.0.1:1/mcp/files" }] as unknown as ConsoleState["connections"];

const last = (profile: string) => reachable(connections, profile).at(-1);

describe("what connect says of the way in", () => {
  it("names the profile where it isn't the person's own", () => {
    expect(last(profileDirectory(undefined))).toMatch(/clients add NAME$/);
    expect(last("/srv/erin")).toMatch(/clients add NAME --profile \/srv\/erin$/);
    expect(last("/srv/erin's own")).toMatch(/--profile '\/srv\/erin'\\''s own'$/);
  });

  it("tells nobody to add a client who may reach nothing", () => {
    expect(reachable([], "/srv/avery")).toEqual(["No connection of this gateway is open to you."]);
  });
});
