import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import type { ConsoleTray } from "../../src/main/tray.ts";
import type { TrayAction } from "../../src/main/tray-menu.ts";
import type { ConsoleState } from "../../src/shared/console.ts";
import { installElectron, type StandIn } from "../support/electron/stand-in.ts";
import { StandInImage } from "../support/electron/tray.ts";
import { approvalWith, stateWith } from "./fake-client.ts";

// What a panel shows: each state, with each count, on each system. The menus' whole texts are in tray-menu.test.ts.

const assets = fileURLToPath(new URL("../../assets", import.meta.url));
let electron: StandIn;
let tray: ConsoleTray | null = null;
const performed: TrayAction[] = [];

beforeAll(async () => {
  electron = await installElectron();
  vi.stubEnv("XDG_CURRENT_DESKTOP", "KDE");
});
afterEach(() => {
  tray?.close();
  performed.length = 0;
});
afterAll(() => electron.close());

async function show(platform: NodeJS.Platform, state: ConsoleState) {
  const { createTray } = await import("../../src/main/tray.ts");
  const quietHours = { on: false, from: "19:00", to: "07:00" };
  const choices = () => ({ notifications: true, quietHours, startAtLogin: null });
  tray = createTray({ platform, assets, choices, perform: (action) => void performed.push(action) });
  tray.show(state);
  const shown = electron.trays.at(-1);
  if (shown === undefined) throw new Error("No tray yet");
  return shown;
}

const gateway = stateWith().gateway;
const account = { id: "demo:2", kind: "user", name: "A.", groups: ["security"] };
const requests = (count: number) => Array.from({ length: count }, (_, at) => approvalWith({ id: `approval-${at}` }));

type Make = (waiting: number) => Partial<ConsoleState>;
const states: readonly [name: string, make: Make, glyph: string, toolTip: string, first: string][] = [
  [
    "signed out",
    () => ({ session: { state: "signed-out", error: null } }),
    "signed-out",
    "signed out",
    "Signed out. Calls are refused.",
  ],
  [
    "signing in",
    () => ({ session: { state: "signing-in", url: null } }),
    "signed-out",
    "signed out",
    "Finish signing in in the browser",
  ],
  [
    "needing a sign-in",
    () => ({
      session: { state: "needs-sign-in", account, error: { code: "reauthentication_needed", message: "" } } as never,
    }),
    "signed-out",
    "signed out",
    "The sign-in has ended. Calls are refused.",
  ],
  [
    "connecting",
    () => ({ gateway: { ...gateway, link: "connecting" } }),
    "offline",
    "gateway not reached",
    "Connecting to the gateway",
  ],
  [
    "offline",
    () => ({ gateway: { ...gateway, link: "offline", sinceMs: new Date(2099, 0, 1, 14, 28).getTime() } }),
    "offline",
    "gateway not reached",
    "Gateway not reached since 14:28",
  ],
  [
    "paused",
    () => ({ pause: { untilMs: new Date(2099, 0, 1, 15, 0).getTime() } }),
    "paused",
    "calls are paused",
    "Paused until 15:00. Calls are refused.",
  ],
  [
    "paused and offline",
    () => ({ pause: { untilMs: null }, gateway: { ...gateway, link: "offline" } }),
    "offline",
    "gateway not reached",
    "Paused. Calls are refused.",
  ],
];

const counts = [
  [0, "connected", "connected", "No requests wait"],
  [1, "attention-1", "1 request waits for you", "1 request waits for you"],
  [9, "attention-9", "9 requests wait for you", "9 requests wait for you"],
  [10, "attention-more", "10 requests wait for you", "10 requests wait for you"],
  [5000, "attention-more", "5000 requests wait for you", "5000 requests wait for you"],
] as const;

const table = [
  ...states.flatMap(([name, make, glyph, toolTip, first]) =>
    [0, 3].map((waiting) => ({ name, change: make(waiting), waiting, glyph, toolTip, first })),
  ),
  ...counts.map(([waiting, glyph, toolTip, first]) => ({ name: "online", change: {}, waiting, glyph, toolTip, first })),
];

test.each(table.flatMap((row) => (["darwin", "win32", "linux"] as const).map((platform) => ({ ...row, platform }))))(
  "on $platform, $name with $waiting waiting: $glyph, “$toolTip”",
  async ({ platform, change, waiting, glyph, toolTip, first }) => {
    const shown = await show(platform, stateWith({ ...change, approvals: requests(waiting) }));
    const look = platform === "darwin" ? "template" : "on-light";
    const sizes = platform === "linux" ? [22, 44] : [16, 32];
    const files = sizes.map((size) => readFile(join(assets, "tray", look, `${glyph}-${size}.png`)));
    expect([...shown.image.representations]).toEqual([
      [1, await files[0]],
      [2, await files[1]],
    ]);
    expect(shown.image.isTemplateImage()).toBe(platform === "darwin");
    expect(shown.toolTip).toBe(`Countersign: ${toolTip}`);
    expect(shown.menu.labels[0]).toBe(first);
    expect(shown.menu.labels.at(-1)).toBe("Quit Countersign");
    expect(electron.app.badge).toBe(waiting);
  },
);

test.each([
  ["win32", [{ do: "open" }]],
  // There the menu opens by itself, or the click is not dependable.
  ["darwin", []],
  ["linux", []],
] as const)("on %s a click on the icon does %j", async (platform, expected) => {
  (await show(platform, stateWith())).emit("click");
  expect(performed).toEqual(expected);
});

test("on Windows, which knows no badge, the count lies over the window's icon, and goes with the requests", async () => {
  const { countOverlay } = await import("../../src/main/tray-image.ts");
  const image = countOverlay(assets, stateWith({ approvals: requests(3) }));
  expect(image).toBeInstanceOf(StandInImage);
  expect((image as unknown as StandInImage).representations.get(1)).toEqual(
    await readFile(join(assets, "tray/on-light/attention-3-16.png")),
  );
  expect(countOverlay(assets, stateWith())).toBeNull();
  expect(countOverlay(assets, stateWith({ approvals: requests(3), pause: { untilMs: null } }))).toBeNull();
});
