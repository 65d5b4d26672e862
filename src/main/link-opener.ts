import { app, dialog } from "electron";
import type { ConsoleState } from "../shared/console.ts";
import { visibleLine } from "../shared/visible.ts";
import { linkAmong, linkScheme, parseLink, type LinkTarget } from "./links.ts";
import { report } from "./report.ts";
import { dialogs } from "./words/dialogs.ts";

const words = dialogs.link;

interface LinkParts {
  readonly state: () => ConsoleState;
  readonly show: (target: LinkTarget) => void;
}

export interface LinkOpener {
  /** Asks, and shows what the link names; anything that is no link of ours does nothing. */
  follow(link: string): Promise<void>;
}

/** Makes `countersign:` links open this app. Links that come before anybody can show them wait for `listenForLinks`. */
export function claimLinks(argv: readonly string[]): { readonly early: string[] } {
  const early: string[] = [];
  const started = linkAmong(argv);
  if (started !== null) early.push(started);
  // macOS brings the link by an event, which may come before the app is ready.
  app.on("open-url", (event, url) => {
    event.preventDefault();
    early.push(url);
  });
  // `--` ends the options: what a web page writes into a link can't become one.
  if (app.isPackaged) app.setAsDefaultProtocolClient(linkScheme, process.execPath, ["--"]);
  return { early };
}

/** Follows the link that came with the start, then each that comes later. */
export function listenForLinks(opener: LinkOpener, { early }: { readonly early: string[] }): void {
  const [first] = early.splice(0);
  app.on("open-url", (_event, url) => {
    early.length = 0;
    void opener.follow(url);
  });
  if (first !== undefined) void opener.follow(first);
}

export function createLinkOpener({ state, show }: LinkParts): LinkOpener {
  const asking = { now: false };
  return {
    follow: async (link) => {
      const target = parseLink(link);
      if (target === null) return report("Ignored a countersign: link that is not of its form");
      // A page can send links without end; one question at a time is enough.
      if (asking.now) return;
      asking.now = true;
      try {
        if (await isWanted(target, state())) show(target);
      } finally {
        asking.now = false;
      }
    },
  };
}

async function isWanted(target: LinkTarget, state: ConsoleState): Promise<boolean> {
  const { response } = await dialog.showMessageBox({
    type: "question",
    message: question(target),
    detail: words.asks(named(target, state)),
    buttons: [words.open, words.cancel],
    defaultId: 1,
    cancelId: 1,
  });
  return response === 0;
}

function question({ approval, gateway }: LinkTarget): string {
  if (gateway !== undefined) return words.addGateway;
  return approval === null ? words.openApp : words.openRequest;
}

function named({ approval, page, gateway, moment }: LinkTarget, state: ConsoleState): string {
  if (gateway !== undefined) return words.gateway(gateway);
  if (moment !== undefined) return words.moment(moment.session, moment.entry);
  if (approval === null) return words.page(page ?? "inbox");
  const known = state.approvals.find(({ id }) => id === approval);
  if (known === undefined) return words.unknown(approval);
  return words.request(visibleLine(known.tool, 40), visibleLine(known.connection, 40));
}
