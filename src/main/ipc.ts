import { ipcMain, type IpcMainInvokeEvent } from "electron";
import type { Client } from "../client/index.ts";
import { consoleCalls, type ConsoleCall, type ConsoleOutput } from "../shared/console.ts";
import { toFailure, type Result } from "../shared/errors.ts";
import type { BrowserOpener } from "./external.ts";
import { report } from "./report.ts";
import { consoleOrigin } from "./scheme.ts";
import type { ConsoleWindow } from "./window.ts";

interface Answerers {
  readonly window: Pick<ConsoleWindow, "owns">;
  readonly client: Pick<Client, "call">;
  readonly browser: Pick<BrowserOpener, "clicked">;
}

/** Answers the calls of `consoleCalls` and no others, for the main frame of our own window on our own origin and for nobody else. */
export function answerCalls(answerers: Answerers): void {
  // electron-store tells any renderer, unasked by us and synchronously, where the user's data lies. Our settings are open by now.
  ipcMain.removeAllListeners("electron-store-get-data");
  for (const call of Object.keys(consoleCalls) as ConsoleCall[]) {
    ipcMain.handle(call, (event, input: unknown) => answer(answerers, call, event, input));
  }
}

async function answer<C extends ConsoleCall>(
  { window, client, browser }: Answerers,
  call: C,
  event: IpcMainInvokeEvent,
  input: unknown,
): Promise<Result<ConsoleOutput[C]>> {
  if (!isOurPage(window, event)) {
    report(`Refused ${call} from a frame that is not the console's`);
    return { ok: false, error: { code: "not_allowed", message: "Only the console's own window may ask for this." } };
  }
  const parsed = consoleCalls[call].safeParse(input);
  if (!parsed.success) {
    report(`Refused ${call}: its input has another shape than agreed`);
    return { ok: false, error: { code: "bad_request", message: `${call} was asked with an input it does not take.` } };
  }
  if (call === "session.signIn") browser.clicked();
  try {
    return await client.call(call, parsed.data, "window");
  } catch (error) {
    report(`${call} failed`, error);
    return { ok: false, error: toFailure(error) };
  }
}

// A frame that navigated away has no senderFrame any more, and reading one that was destroyed throws: absence denies.
function isOurPage(window: Pick<ConsoleWindow, "owns">, event: IpcMainInvokeEvent): boolean {
  const frame = event.senderFrame;
  if (frame === null) return false;
  try {
    if (frame.detached) return false;
    if (frame.parent !== null) return false;
    if (!window.owns(frame)) return false;
    return frame.origin === consoleOrigin;
  } catch {
    return false;
  }
}
