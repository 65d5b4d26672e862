import { describe, expect, it } from "vitest";
import { consoleLines } from "../../src/demo/announcement.ts";

const links = { approver: "http://127.0.0.1:1/#code=a", engineer: "http://127.0.0.1:2/#code=b" };

describe("the demo's lines about its consoles", () => {
  it("say how there is a new link: by Enter where somebody can press it, otherwise by a command", () => {
    expect(consoleLines(links, true)).toContain("press Enter");
    expect(consoleLines(links, false)).not.toContain("press Enter");
    expect(consoleLines(links, false)).toContain("countersign console --profile DIR");
  });

  it("name the tray app where the approver's console is there", () => {
    expect(consoleLines({ ...links, approver: null }, true)).toContain("(Avery):  in the tray app");
  });
});
