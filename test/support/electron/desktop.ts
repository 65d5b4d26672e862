import { EventEmitter } from "node:events";
import type {
  Clipboard,
  Dialog,
  MessageBoxOptions,
  NativeTheme,
  NotificationConstructorOptions,
  Notification,
  PowerMonitor,
  Rectangle,
  Screen,
  Shell,
} from "electron";

/** A notification that is shown nowhere: a test clicks it by `emit("click")`. */
export class StandInNotification
  extends EventEmitter
  implements Pick<Notification, "show" | "close" | "title" | "body">
{
  static readonly all: StandInNotification[] = [];
  readonly options: NotificationConstructorOptions;
  state: "made" | "shown" | "closed" = "made";

  constructor(options: NotificationConstructorOptions = {}) {
    super();
    this.options = options;
    StandInNotification.all.push(this);
  }
  /** What Windows was told to call, besides the notification itself. */
  static activation: (() => void) | null = null;
  static supported = true;
  static isSupported(): boolean {
    return StandInNotification.supported;
  }
  static handleActivation(callback: () => void): void {
    StandInNotification.activation = callback;
  }
  get title(): string {
    return this.options.title ?? "";
  }
  get body(): string {
    return this.options.body ?? "";
  }
  show(): void {
    this.state = "shown";
    this.emit("show");
  }
  close(): void {
    if (this.state !== "shown") return;
    this.state = "closed";
    this.emit("close");
  }
}

/** Sleep and lock, as a test tells them. */
class StandInPowerMonitor extends EventEmitter implements Pick<PowerMonitor, "getSystemIdleState"> {
  idleState: ReturnType<PowerMonitor["getSystemIdleState"]> = "active";

  getSystemIdleState(): ReturnType<PowerMonitor["getSystemIdleState"]> {
    return this.idleState;
  }
}

/** The desktop around the app: what it was asked for is kept, in order. */
export interface Desktop {
  readonly opened: string[];
  readonly dialogs: { readonly message: string; readonly detail: string }[];
  readonly copied: string[];
  /** What a message box (its button) and a save dialog (a path, or null for none) are answered with. */
  readonly answer: { button: number; saveAs: string | null };
  /** The paths that save dialogs proposed. */
  readonly proposed: string[];
  readonly powerMonitor: StandInPowerMonitor;
  readonly shell: Pick<Shell, "openExternal">;
  readonly clipboard: Pick<Clipboard, "writeText">;
  readonly dialog: Pick<Dialog, "showErrorBox"> & {
    showMessageBox(options: MessageBoxOptions): Promise<{ response: number }>;
    showSaveDialog(options: { readonly defaultPath?: string }): Promise<{ canceled: boolean; filePath: string }>;
  };
  /** Changed in place, then told by `emit("updated")`. */
  readonly nativeTheme: EventEmitter &
    Record<keyof Pick<NativeTheme, "shouldUseDarkColors" | "shouldUseDarkColorsForSystemIntegratedUI">, boolean>;
  readonly screen: {
    getDisplayMatching(bounds: Rectangle): Pick<ReturnType<Screen["getDisplayMatching"]>, "workArea">;
  };
}

export function createDesktop(): Desktop {
  const opened: string[] = [];
  const dialogs: { message: string; detail: string }[] = [];
  const copied: string[] = [];
  const answer: Desktop["answer"] = { button: 0, saveAs: null };
  const proposed: string[] = [];
  return {
    answer,
    proposed,
    opened,
    dialogs,
    copied,
    powerMonitor: new StandInPowerMonitor(),
    shell: {
      openExternal: async (url) => {
        opened.push(url);
      },
    },
    clipboard: {
      writeText: async (text) => {
        copied.push(text);
      },
    },
    dialog: {
      showErrorBox: (message, detail) => void dialogs.push({ message, detail }),
      showMessageBox: async ({ message, detail }) => {
        dialogs.push({ message, detail: detail ?? "" });
        return { response: answer.button };
      },
      showSaveDialog: async ({ defaultPath = "" }) => {
        proposed.push(defaultPath);
        return { canceled: answer.saveAs === null, filePath: answer.saveAs ?? "" };
      },
    },
    nativeTheme: Object.assign(new EventEmitter(), {
      shouldUseDarkColors: false,
      shouldUseDarkColorsForSystemIntegratedUI: false,
    }),
    screen: { getDisplayMatching: () => ({ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }) },
  };
}
