import type { SetupChange, SetupView } from "../../../src/shared/setup.ts";
import type { TrafficView } from "../../../src/shared/traffic.ts";
import type { ConsoleServer } from "./server.ts";

const nowMs = Date.now();
const minuteMs = 60_000;
const home = "/home/ada";

function program(id: SetupView["id"], name: string, file: string, change: Partial<SetupView> = {}): SetupView {
  return {
    id,
    name,
    variant: null,
    file: `${home}/${file}`,
    installed: true,
    state: "on",
    problem: null,
    entries: [{ name: "crm-production", connection: "crm-production", state: "right" }],
    restart: false,
    writtenAtMs: nowMs - 60 * minuteMs,
    around: [],
    client: null,
    seen: "waiting",
    ...change,
  };
}

/** A client program in each state that there is. */
export const everySetup: readonly SetupView[] = [
  program("cursor", "Cursor", ".cursor/mcp.json", {
    client: {
      id: "c1",
      lastUsedAtMs: nowMs - 2 * minuteMs,
      claimed: { name: "Cursor", version: "2.3", atMs: nowMs - 30 * minuteMs },
    },
    seen: "live",
    around: [
      { name: "github", at: "https://api.githubcopilot.example" },
      { name: "scratch", at: "npx" },
    ],
  }),
  program("vscode", "VS Code", ".config/Code/User/mcp.json", {
    client: { id: "c3", lastUsedAtMs: null, claimed: null },
  }),
  program("claude-code", "Claude Code", ".claude.json", {
    restart: true,
    seen: "restart",
    client: { id: "c2", lastUsedAtMs: null, claimed: null },
    writtenAtMs: nowMs - 4 * minuteMs,
  }),
  program("windsurf", "Windsurf", ".codeium/windsurf/mcp_config.json", {
    state: "drifted",
    entries: [
      { name: "crm-production", connection: "crm-production", state: "outdated" },
      { name: "files", connection: "files", state: "right" },
    ],
  }),
  program("zed", "Zed", ".config/zed/settings.json", {
    state: "broken",
    problem: { line: 12, column: 3, message: "A comma or the end of the object is missing." },
    entries: [],
  }),
  program("gemini", "Gemini CLI", ".gemini/settings.json", { state: "off", entries: [], writtenAtMs: null }),
  program("goose", "Goose", ".config/goose/config.yaml", {
    installed: false,
    state: "off",
    entries: [],
    writtenAtMs: null,
  }),
];

/** Calls of two clients, and what failed. */
export const busyTraffic: TrafficView = {
  sinceMs: nowMs - 200 * minuteMs,
  lines: [
    { client: "c1", connection: "crm-production", calls: 1214, errors: 2, lastAtMs: nowMs - minuteMs },
    { client: "c1", connection: "files", calls: 96, errors: 0, lastAtMs: nowMs - 40 * minuteMs },
    { client: "c4", connection: "files", calls: 3, errors: 0, lastAtMs: nowMs - 90 * minuteMs },
  ],
  troubles: [
    {
      id: 3,
      client: null,
      connection: null,
      code: "token_invalid",
      message: "This client token is not known here: `countersign clients add NAME` makes a new one.",
      times: 14,
      atMs: nowMs - minuteMs,
    },
    {
      id: 2,
      client: "c1",
      connection: "crm-production",
      code: "gateway_unreachable",
      message: "The gateway cannot be reached: check the network. Calls go through again once it is back.",
      times: 2,
      atMs: nowMs - 50 * minuteMs,
    },
  ],
};

/** The change that sets a program up, as it is shown before it is written. */
export function changeOf(view: SetupView, change: Partial<SetupChange> = {}): SetupChange {
  return {
    id: view.id,
    name: view.name,
    variant: view.variant,
    file: view.file,
    did: "written",
    diff: [
      `--- ${view.file}`,
      `+++ ${view.file}`,
      "@@ -1,4 +1,10 @@",
      " {",
      '   "theme": "dark",',
      '-  "mcpServers": {}',
      '+  "mcpServers": {',
      '+    "crm-production": {',
      '+      "httpUrl": "http://127.0.0.1:7316/mcp/crm-production",',
      '+      "headers": { "Authorization": "Bearer cst_…" },',
      '+      "timeout": 600000',
      "+    }",
      "+  }",
      " }",
    ],
    problem: null,
    entries: [{ name: "crm-production", connection: "crm-production" }],
    notes: ["Start a new Gemini CLI session."],
    restart: true,
    seen: "0".repeat(64),
    ...change,
  };
}

/** Answers a console's questions about these programs. */
export function answerSetups(server: ConsoleServer, views: readonly SetupView[] = everySetup): void {
  const of = (id: unknown): readonly SetupView[] => views.filter((view) => view.id === id);
  server.answer("setup.list", { ok: true, value: views });
  const changes = ({ program: id, does }: Readonly<Record<string, unknown>>) => ({
    ok: true as const,
    value: of(id).map((view) => changeOf(view, does === "undo" ? { did: "removed", notes: [] } : {})),
  });
  server.answer("setup.plan", changes);
  server.answer("setup.apply", changes);
}
