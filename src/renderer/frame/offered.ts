import type { ConsoleState } from "../../shared/console.ts";
import type { Page } from "../model.ts";

/** What shows what the gateway recorded of everybody: for the role auditor alone. */
export const auditPages = ["search", "sessions", "activity"] as const satisfies readonly Page[];

const forAuditors: ReadonlySet<Page> = new Set(auditPages);

/** The page that is shown where this one is asked for: who may not have it gets the inbox. A browser has no settings of a desktop. */
export function offered(page: Page, { roles }: Pick<ConsoleState, "roles">): Exclude<Page, "settings" | "gateways"> {
  if (page === "settings" || page === "gateways" || (forAuditors.has(page) && !roles.includes("auditor")))
    return "inbox";
  return page;
}
