import type { Page } from "playwright-core";
import type { ConsoleState } from "../../../src/shared/console.ts";
import type { ConsoleServer } from "../console/server.ts";

/** One state of the console to be drawn, and what is done on the page before. */
export interface Scene {
  readonly name: string;
  readonly state: ConsoleState | null;
  readonly act?: (page: Page, server: ConsoleServer) => Promise<void>;
}
