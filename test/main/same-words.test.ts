import { expect, test } from "vitest";
import { noticeFor } from "../../src/main/notices.ts";
import { menuFor, type MenuTemplate } from "../../src/main/tray-menu.ts";
import { trayGlyph } from "../../src/main/tray-state.ts";
import { markState } from "../../src/renderer/frame/Mark.tsx";
import { clockTime } from "../../src/renderer/times.ts";
import { words } from "../../src/renderer/words.ts";
import { pauseLengths } from "../../src/shared/pause-lengths.ts";
import type { ConsoleState } from "../../src/shared/console.ts";
import { approvalWith, stateWith } from "./fake-client.ts";

// The tray and the console speak of the same things: whoever reads both is told the same.

const quietHours = { on: false, from: "22:00", to: "07:00" };
const choices = { notifications: true, quietHours, startAtLogin: false };
const untilMs = new Date(2099, 0, 1, 15, 0).getTime();

function labels(template: MenuTemplate): readonly string[] {
  return template.flatMap((item) => {
    if (item.kind === "line") return [];
    return item.kind === "menu" ? [item.label, ...labels(item.items)] : [item.label];
  });
}
const menu = (changed: Partial<ConsoleState> = {}) => labels(menuFor(stateWith(changed), choices));

test("offer the same lengths of a pause by the same words, and the same end of it", () => {
  const offered = pauseLengths.map((forMinutes) => words.pause.lengths[`${forMinutes}`]);
  const shown = menu();
  expect(shown.slice(shown.indexOf("Pause") + 1, shown.indexOf("Pause") + 1 + offered.length)).toEqual(offered);
  expect(menu({ pause: { untilMs } })).toContain(words.pause.resume);
});

test("say a pause's end by the same clock, and that calls are refused until then", () => {
  expect(menu({ pause: { untilMs } })[0]).toBe(`Paused until ${clockTime(untilMs)}. Calls are refused.`);
  expect(words.pause.until(clockTime(untilMs))).toContain(`until ${clockTime(untilMs)}`);
  for (const text of [words.pause.open, words.pause.until("15:00")]) expect(text).toContain("refused");
});

test("call what can be done by the same names", () => {
  const offline = menu({ gateway: { ...stateWith().gateway, link: "offline" } });
  expect(offline).toContain(words.offline.tryNow);
  expect(offline).toContain(words.offline.findOut);
  expect(menu()).toContain(words.signOut);
  expect(menu()).toContain(words.settings.test);
  expect(menu()).toContain(words.settings.quit);
});

test("name a request's risk by the same words, in the menu and in a notification", () => {
  for (const risk of ["low", "medium", "high", "critical"] as const) {
    const state = stateWith({ approvals: [approvalWith({ risk })] });
    expect(labels(menuFor(state, choices))[1]).toContain(` ${words.risk[risk]}: `);
    expect(noticeFor(approvalWith({ risk }), state, false).body).toMatch(new RegExp(`^${words.risk[risk]} risk`));
  }
});

test.each<[string, Partial<ConsoleState>]>([
  ["signed out", { session: { state: "signed-out", error: null } }],
  ["signing in", { session: { state: "signing-in", url: null } }],
  ["connecting", { gateway: { ...stateWith().gateway, link: "connecting" } }],
  ["offline", { gateway: { ...stateWith().gateway, link: "offline" } }],
  ["paused", { pause: { untilMs: null } }],
  ["paused and offline", { pause: { untilMs: null }, gateway: { ...stateWith().gateway, link: "offline" } }],
  ["online", {}],
  ["online with requests", { approvals: [approvalWith()] }],
])("%s, the tray's glyph is filled where the console's mark is: calls flow, or they do not", (_name, changed) => {
  const state = stateWith(changed);
  const isFilled = ["connected", "attention"].includes(trayGlyph(state));
  expect(markState(state, true) === "filled").toBe(isFilled);
});
