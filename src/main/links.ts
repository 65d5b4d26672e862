import type { ConsoleEvents } from "../shared/console.ts";

export const linkScheme = "countersign";
/** What a link asks to be shown. There is no link that does more than show. */
export type LinkTarget = ConsoleEvents["show"];

/**
 * What a `countersign://` link names, or null for anything else. The whole text has to be one of the few forms, by its own
 * characters: nothing is decoded, trimmed or ignored, so that no two programs read it differently.
 */
export function parseLink(text: string): LinkTarget | null {
  const approval = /^countersign:\/\/approval\/([A-Za-z0-9_-]{1,100})$/.exec(text)?.[1];
  if (approval !== undefined) return { approval };
  const gateway = /^countersign:\/\/gateway\/([a-z0-9.-]{1,253}(?::[0-9]{1,5})?)$/.exec(text)?.[1];
  if (gateway !== undefined) return { approval: null, page: "gateways", gateway };
  const moment = /^countersign:\/\/session\/([A-Za-z0-9_-]{1,64})\/(0|[1-9]\d{0,14})$/.exec(text);
  if (moment?.[1] !== undefined)
    return { approval: null, page: "sessions", moment: { session: moment[1], entry: Number(moment[2]) } };
  switch (text) {
    case "countersign://inbox":
      return { approval: null, page: "inbox" };
    case "countersign://requests":
      return { approval: null, page: "requests" };
    case "countersign://connections":
      return { approval: null, page: "connections" };
    case "countersign://settings":
      return { approval: null, page: "settings" };
    default:
      return null;
  }
}

/** The link that the app was started with, if any: its arguments hold one that begins as ours. Whether it is good, `parseLink` says. */
export function linkAmong(argv: readonly string[]): string | null {
  return argv.slice(1).find((argument) => /^countersign:/i.test(argument)) ?? null;
}
