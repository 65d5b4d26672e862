import type { Session } from "electron";
import type { ConsoleState } from "../shared/console.ts";
import { report } from "./report.ts";

/**
 * Follows the state and, whenever somebody has signed out, has Chromium forget what it kept of the pages that they saw: caches,
 * storage, cookies, passwords of proxies. The console stores nothing there itself; this holds for a page that was taken over.
 */
export function forgetOnSignOut(session: Pick<Session, "clearData" | "clearAuthCache">): (state: ConsoleState) => void {
  let somebodyIs = false;
  return ({ session: { state } }) => {
    const left = somebodyIs && state === "signed-out";
    somebodyIs = state !== "signed-out";
    if (left) void forget(session);
  };
}

async function forget(session: Pick<Session, "clearData" | "clearAuthCache">): Promise<void> {
  try {
    await Promise.all([session.clearData(), session.clearAuthCache()]);
  } catch (error) {
    report("What the pages left behind could not be cleared", error);
  }
}
