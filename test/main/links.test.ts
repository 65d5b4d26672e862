import { expect, test } from "vitest";
import { linkAmong, parseLink } from "../../src/main/links.ts";
import { optionValue, startOptions } from "../../src/main/start-options.ts";

test.each([
  ["countersign://approval/apr_A-1", { approval: "apr_A-1" }],
  ["countersign://inbox", { approval: null, page: "inbox" }],
  ["countersign://requests", { approval: null, page: "requests" }],
  ["countersign://connections", { approval: null, page: "connections" }],
  ["countersign://settings", { approval: null, page: "settings" }],
  ["countersign://gateway/gw.example", { approval: null, page: "gateways", gateway: "gw.example" }],
  ["countersign://gateway/gw.example:8443", { approval: null, page: "gateways", gateway: "gw.example:8443" }],
  ["countersign://session/from-12/90", { approval: null, page: "sessions", moment: { session: "from-12", entry: 90 } }],
])("%s names what is to be shown", (link, target) => {
  expect(parseLink(link)).toEqual(target);
});

test.each([
  "",
  "countersign:",
  "countersign://",
  "countersign:inbox",
  "countersign:///inbox",
  "countersign://inbox/",
  "countersign://inbox?approve=1",
  "countersign://inbox#x",
  " countersign://inbox",
  "countersign://inbox\n",
  "COUNTERSIGN://inbox",
  "countersign://approval",
  "countersign://approval/",
  "countersign://approval/a/b",
  "countersign://approval/a/approve",
  "countersign://approval/a?verdict=approve",
  "countersign://approval/a#digest",
  "countersign://approval/../inbox",
  "countersign://approval/a%2Fb",
  "countersign://approval/a b",
  "countersign://approval/a\u202E",
  "countersign://approval/a\n",
  `countersign://approval/${"a".repeat(101)}`,
  "countersign://user@approval/a",
  "countersign://approval:1/a",
  "countersign://session/from-12",
  "countersign://session/from-12/",
  "countersign://session/from-12/012",
  "countersign://session/from-12/1.5",
  "countersign://session/from-12/-1",
  "countersign://session/from-12/9999999999999999",
  "countersign://session/../12",
  `countersign://session/${"a".repeat(65)}/1`,
  "countersign://session/from-12/1/export",
  "countersign://approve/a",
  "countersign://gateway/",
  "countersign://gateway/https://gw.example",
  "countersign://gateway/gw.example/add",
  "countersign://gateway/gw.example?trust=1",
  "countersign://gateway/a@gw.example",
  "countersign://gateway/g\u0430teway.example",
  "countersign://gateway/GW.example",
  "countersign://deny/a",
  "countersign://sign-out",
  "countersign://evil.example/approval/a",
  "https://approval/a",
  "javascript:alert(1)",
  "file:///etc/passwd",
])("%j is no link", (link) => {
  expect(parseLink(link)).toBeNull();
});

test.each([
  // Windows: by the key that the app registers; Chromium adds switches of its own before a second instance hears of it.
  [["C:\\Countersign.exe", "--allow-file-access-from-files", "--", "countersign://inbox"], "countersign://inbox"],
  [["C:\\Countersign.exe", "--", "countersign://inbox", "--profile", "\\\\evil\\p"], "countersign://inbox"],
  // Linux: by the desktop entry, `countersign-desktop %U`.
  [["/opt/Countersign/countersign-desktop", "countersign://approval/a"], "countersign://approval/a"],
  // An AppImage that was started at login, and anything that only looks like a link.
  [["/home/e/Countersign.AppImage", "--hidden", "--profile", "/p"], null],
  [["/opt/Countersign/countersign-desktop", "https://countersign://inbox", "--x=countersign://inbox"], null],
  // macOS hands links over by an event; its arguments hold none.
  [["/Applications/Countersign.app/Contents/MacOS/Countersign"], null],
])("of the arguments %j the link is %s", (argv, link) => {
  expect(linkAmong(argv)).toBe(link);
});

test("what follows a link is no option, and no second link", () => {
  const argv = ["x", "--hidden", "--", "countersign://inbox", "--profile", "/evil", "countersign://settings"];
  expect(startOptions(argv)).toEqual(["--hidden"]);
  expect(optionValue(argv, "--profile")).toBeNull();
  expect(optionValue(["x", "--profile", "/p", "--", "--profile", "/evil"], "--profile")).toBe("/p");
  expect(linkAmong(argv)).toBe("countersign://inbox");
});

test("a link is found among the arguments of a start, and never in the program's own name", () => {
  expect(linkAmong(["countersign", "--hidden"])).toBeNull();
  expect(linkAmong(["countersign://inbox"])).toBeNull();
  expect(linkAmong(["countersign", "--", "Countersign://approve/a"])).toBe("Countersign://approve/a");
});
