import { shell } from "electron";
import { CountersignError } from "../shared/errors.ts";

/** Opens the system's browser, once for each click that asked for it (rule 9). */
export interface BrowserOpener {
  /** A person asked for something that needs the browser. */
  clicked(): void;
  /** Throws `not_allowed` for an address that may not be opened, and when nobody clicked. */
  open(url: string): Promise<void>;
}

/** `now`: milliseconds; a click that led nowhere for a minute opens nothing later. */
export function createBrowserOpener(now: () => number = Date.now): BrowserOpener {
  const asked = { untilMs: 0 };
  return {
    clicked: () => {
      asked.untilMs = now() + clickLastsMs;
    },
    open: async (url) => {
      const address = externalAddress(url);
      if (address === null) throw new CountersignError("not_allowed", "That address may not be opened in the browser.");
      if (now() >= asked.untilMs)
        throw new CountersignError("not_allowed", "The browser opens only after a click. Sign in again.");
      asked.untilMs = 0;
      await shell.openExternal(address);
    },
  };
}

/**
 * The canonical form of an address that may go to the system's browser, or null. Anything but https (http on loopback, for the
 * demo's provider) could start another program: `file:`, `smb:`, `ms-msdt:` and every registered handler.
 */
export function externalAddress(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") return null;
  if (url.protocol === "https:") return url.href;
  if (url.protocol !== "http:") return null;
  return loopback.has(url.hostname) ? url.href : null;
}

const clickLastsMs = 60_000;
const loopback = new Set(["127.0.0.1", "[::1]", "localhost"]);
