import { app, dialog } from "electron";
import type { Client } from "../client/index.ts";
import type { ConsoleCall, ConsoleInput } from "../shared/console-calls.ts";
import { toFailure } from "../shared/errors.ts";
import type { Desktop } from "./desktop.ts";
import type { BrowserOpener } from "./external.ts";
import { report } from "./report.ts";
import type { TrayAction } from "./tray-menu.ts";
import type { ConsoleWindow } from "./window.ts";

interface Performers {
  readonly window: Pick<ConsoleWindow, "show">;
  readonly client: Pick<Client, "call" | "show">;
  readonly browser: Pick<BrowserOpener, "clicked">;
  readonly desktop: Desktop;
}

/** Does what a click in the tray's menu asks for. */
export function createPerformer({ window, client, browser, desktop }: Performers): (action: TrayAction) => void {
  const ask = <C extends ConsoleCall>(call: C, input: ConsoleInput<C>): void => {
    void askAndSay(client, call, input);
  };
  const set = desktop.answers["desktop.set"];
  return (action) => {
    switch (action.do) {
      case "open":
        return window.show();
      case "openSettings":
        return window.show({ approval: null, page: "settings" });
      case "setUpClient":
        return window.show({ approval: null, page: "connections", part: "clients" });
      case "findOutWhy":
        return window.show({ approval: null, page: "connections", part: "gateway" });
      case "openRequest":
        return client.show(action.approval);
      case "signIn":
        browser.clicked();
        return ask("session.signIn", {});
      case "cancelSignIn":
        return ask("session.cancelSignIn", {});
      case "signOut":
        return ask("session.signOut", {});
      case "retry":
        return ask("gateway.retry", {});
      case "copyAddress":
        return ask("connections.copyAddress", { name: action.connection });
      case "pause":
        return ask("tunnel.pause", { forMinutes: action.forMinutes });
      case "resume":
        return ask("tunnel.resume", {});
      case "setNotifications":
        return void set({ notifications: action.on });
      case "setQuietHours":
        return void set({ quietHours: { ...desktop.view().quietHours, on: action.on } });
      case "setStartAtLogin":
        return void set({ startAtLogin: action.on });
      case "testNotification":
        return void desktop.answers["desktop.testNotification"]({});
      case "quit":
        return app.quit();
    }
  };
}

/** A menu has no place for an answer, so what failed is said in a dialog. */
async function askAndSay<C extends ConsoleCall>(
  client: Pick<Client, "call">,
  call: C,
  input: ConsoleInput<C>,
): Promise<void> {
  try {
    const result = await client.call(call, input, "window");
    if (result.ok || result.error.code === "cancelled") return;
    dialog.showErrorBox("Countersign", result.error.message);
  } catch (error) {
    report(`${call} failed`, error);
    dialog.showErrorBox("Countersign", toFailure(error).message);
  }
}
