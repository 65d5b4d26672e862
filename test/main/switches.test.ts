import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { installElectron, type StandIn } from "../support/electron/stand-in.ts";

let electron: StandIn;
beforeAll(async () => {
  electron = await installElectron();
});
afterAll(() => electron.close());

test.each([
  [["--remote-debugging-port=9222"], "remote-debugging-port"],
  [["--remote-debugging-pipe"], "remote-debugging-pipe"],
  [["--hidden", "--no-sandbox"], "no-sandbox"],
  [["-no-sandbox"], "no-sandbox"],
  [["/no-sandbox"], "no-sandbox"],
  [["--No-Sandbox"], "no-sandbox"],
  [["--renderer-cmd-prefix=gdb --args"], "renderer-cmd-prefix"],
  [["--js-flags=--allow-natives-syntax"], "js-flags"],
  [["--ssl-key-log-file=/tmp/keys"], "ssl-key-log-file"],
  [["--profile", "/p/approver", "--hidden"], null],
  [["countersign://approvals/no-sandbox"], null],
  [["--no-sandboxes"], null],
])("of %j refuses %s", async (given, refused) => {
  const { refusedSwitch } = await import("../../src/main/switches.ts");
  expect(refusedSwitch(["/opt/Countersign/countersign-desktop", ...given])).toBe(refused);
});

test("quits when a shipped app is started so, and starts one in development", async () => {
  const { startedPlainly } = await import("../../src/main/switches.ts");
  const quit = vi.spyOn(electron.app, "quit").mockImplementation(() => undefined);
  expect(startedPlainly(["electron", "--remote-debugging-port=0"])).toBe(true);
  expect(quit).not.toHaveBeenCalled();
  Object.assign(electron.app, { isPackaged: true });
  expect(startedPlainly(["countersign-desktop", "--remote-debugging-port=0"])).toBe(false);
  expect(quit).toHaveBeenCalledOnce();
  expect(startedPlainly(["countersign-desktop", "--hidden"])).toBe(true);
});
