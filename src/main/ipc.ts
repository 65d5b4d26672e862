import { ipcMain, type IpcMainInvokeEvent } from "electron";
import type { Client } from "../client/index.ts";
import { consoleCalls, type ConsoleCall } from "../shared/console-calls.ts";
import { desktopCalls, type DesktopCall } from "../shared/desktop.ts";
import { toFailure, type Result } from "../shared/errors.ts";
import { stateCalls, type StateCall, type WholeState } from "../shared/state-push.ts";
import type { Desktop } from "./desktop.ts";
import type { BrowserOpener } from "./external.ts";
import { report } from "./report.ts";
import { consoleOrigin } from "./scheme.ts";
import type { ConsoleWindow } from "./window.ts";

interface Answerers {
  readonly window: Pick<ConsoleWindow, "owns">;
  readonly client: Pick<Client, "call">;
  readonly browser: Pick<BrowserOpener, "clicked">;
  readonly desktop: Pick<Desktop, "answers">;
  /** What the window's page has been told by now. */
  readonly whole: () => WholeState;
}

/** Answers the calls of `consoleCalls`, `stateCalls` and `desktopCalls` and no others, for the main frame of our own window on our own origin and for nobody else. */
export function answerCalls({ window, client, browser, desktop, whole }: Answerers): void {
  // electron-store tells any renderer, unasked by us and synchronously, where the user's data lies. Our settings are open by now.
  ipcMain.removeAllListeners("electron-store-get-data");
  for (const call of Object.keys(consoleCalls) as ConsoleCall[]) {
    ipcMain.handle(call, (event, input: unknown) =>
      answer(
        window,
        call,
        event,
        () => consoleCalls[call].safeParse(input),
        (parsed) => {
          if (call === "session.signIn") browser.clicked();
          return client.call(call, parsed, "window");
        },
      ),
    );
  }
  for (const call of Object.keys(stateCalls) as StateCall[]) {
    ipcMain.handle(call, (event, input: unknown) =>
      answer(
        window,
        call,
        event,
        () => stateCalls[call].safeParse(input),
        async () => ({ ok: true, value: whole() }),
      ),
    );
  }
  for (const call of Object.keys(desktopCalls) as DesktopCall[]) {
    ipcMain.handle(call, (event, input: unknown) =>
      // Parsed by the schema of this very call, which TypeScript can't see through the index.
      answer(
        window,
        call,
        event,
        () => desktopCalls[call].safeParse(input),
        async (parsed) => ({
          ok: true,
          value: await desktop.answers[call](parsed as never),
        }),
      ),
    );
  }
}

type Parsed = { readonly success: true; readonly data: unknown } | { readonly success: false };

async function answer(
  window: Pick<ConsoleWindow, "owns">,
  call: ConsoleCall | DesktopCall | StateCall,
  event: IpcMainInvokeEvent,
  parse: () => Parsed,
  perform: (input: unknown) => Promise<Result<unknown>>,
): Promise<Result<unknown>> {
  if (!isOurPage(window, event)) {
    report(`Refused ${call} from a frame that is not the console's`);
    return { ok: false, error: { code: "not_allowed", message: "Only the console's own window may ask for this." } };
  }
  // Only now: a stranger's input is not read at all.
  const parsed = parse();
  if (!parsed.success) {
    report(`Refused ${call}: its input has another shape than agreed`);
    return { ok: false, error: { code: "bad_request", message: `${call} was asked with an input it does not take.` } };
  }
  try {
    return await perform(parsed.data);
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
