import type { Page } from "playwright-core";
import type { ConsoleState } from "../../../src/shared/console.ts";
import type { ConsoleServer } from "../console/server.ts";

/** One state of the console to be drawn, and what is done on the page before. */
export interface Scene {
  readonly name: string;
  readonly state: ConsoleState | null;
  /** What is put into the page before the console is loaded into it. */
  readonly before?: (page: Page) => Promise<void>;
  readonly act?: (page: Page, server: ConsoleServer) => Promise<void>;
  /** The pointer leaves the page before the picture is taken, unless it is a part of the scene. */
  readonly pointer?: "stays";
}
