import type { SetupProgram } from "../../shared/setup.ts";
import type { Program } from "./program.ts";
import { claudeCode } from "./programs/claude-code.ts";
import { claudeDesktop } from "./programs/claude-desktop.ts";
import { codex } from "./programs/codex.ts";
import { cursor } from "./programs/cursor.ts";
import { gemini } from "./programs/gemini.ts";
import { goose } from "./programs/goose.ts";
import { opencode } from "./programs/opencode.ts";
import { vscode } from "./programs/vscode.ts";
import { windsurf } from "./programs/windsurf.ts";
import { zed } from "./programs/zed.ts";

/** The MCP clients that can be set up, by their ids. */
export const programs = {
  "claude-desktop": claudeDesktop,
  "claude-code": claudeCode,
  cursor,
  vscode,
  windsurf,
  zed,
  codex,
  gemini,
  goose,
  opencode,
} as const satisfies Record<SetupProgram, Program>;
