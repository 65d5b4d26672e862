import { EventEmitter } from "node:events";
import { registerHooks } from "node:module";
import type { IpcMainInvokeEvent, OnBeforeRequestListenerDetails, Session } from "electron";

/** What `ipcMain.handle` takes. */
export type Answer = (event: IpcMainInvokeEvent, ...args: unknown[]) => unknown;

/** What was asked of Electron. No window opens: the options, handlers and channels are what the check looks at. */
export interface RecordedElectron {
  /** The options of each BrowserWindow. */
  readonly windows: readonly unknown[];
  /** What `ipcMain.handle` was given, by channel. */
  readonly handlers: ReadonlyMap<string, Answer>;
  /** Channels that listen without answering, which the app has no use for. */
  readonly listening: () => readonly string[];
  /** The privileged schemes as main declared them. */
  readonly schemes: readonly unknown[];
  /** What `contextBridge` showed to the page, by name. */
  readonly exposed: ReadonlyMap<string, unknown>;
  /** What the preload asked main for: channel and input. */
  readonly invoked: { readonly channel: string; readonly args: readonly unknown[] }[];
  readonly session: Session;
  /** What a page could do that it may not: go elsewhere, open, attach, download, be permitted. A line each. */
  openPages(): readonly string[];
}

/**
 * Resolves `electron` in this process to a recorder that exports `names`, in the state of a packaged app. Whatever is not recorded answers
 * with something that can be called, read and built without effect. Once a process.
 */
export function installRecorder(names: readonly string[]): RecordedElectron {
  const windows: unknown[] = [];
  const handlers = new Map<string, Answer>();
  const exposed = new Map<string, unknown>();
  const invoked: { channel: string; args: readonly unknown[] }[] = [];
  const ipcMain = Object.assign(new EventEmitter(), {
    handle: (name: string, answer: Answer) => void handlers.set(name, answer),
  });
  const schemes: unknown[] = [];
  const held = { sandboxed: false };
  const app = Object.assign(new EventEmitter(), {
    enableSandbox: () => void (held.sandboxed = true),
    isPackaged: true,
    getPath: () => "/",
    getVersion: () => "0",
  });
  const session = recordedSession();
  const recorded: Readonly<Record<string, unknown>> = {
    app,
    ipcMain,
    BrowserWindow: function recordedWindow(options: unknown) {
      windows.push(options);
      return inert();
    },
    protocol: { registerSchemesAsPrivileged: (given: unknown[]) => void schemes.push(...given) },
    contextBridge: { exposeInMainWorld: (name: string, value: unknown) => void exposed.set(name, value) },
    ipcRenderer: {
      on: () => undefined,
      invoke: async (channel: string, ...args: unknown[]) => void invoked.push({ channel, args }),
    },
  };
  replaceElectron(names, recorded);
  return {
    windows,
    handlers,
    listening: () => ipcMain.eventNames().map(String),
    schemes,
    exposed,
    invoked,
    session: session.given,
    openPages: () => [
      ...(held.sandboxed ? [] : ["a renderer may be without a sandbox"]),
      ...pageFindings(app),
      ...session.findings(),
    ],
  };
}

function pageFindings(app: EventEmitter): readonly string[] {
  const contents = new EventEmitter();
  const held: { open: ((details: object) => { action: string }) | null } = { open: null };
  Object.assign(contents, { setWindowOpenHandler: (handler: typeof held.open) => (held.open = handler) });
  app.emit("web-contents-created", {}, contents);
  const free = ["will-frame-navigate", "will-redirect", "will-attach-webview"].filter(
    (name) => !prevents(contents, name),
  );
  return [
    ...free.map((name) => `a page's ${name} is not prevented`),
    ...(held.open?.({ url: "https://example.com/" }).action === "deny" ? [] : ["a page may open windows"]),
  ];
}

function prevents(emitter: EventEmitter, name: string): boolean {
  const event = { prevented: false, url: "https://example.com/", preventDefault: () => void (event.prevented = true) };
  emitter.emit(name, event, event.url);
  return event.prevented;
}

function recordedSession(): { readonly given: Session; readonly findings: () => readonly string[] } {
  const granted = { request: true, check: true, device: true, network: true };
  const spelling = { on: true };
  const session = Object.assign(new EventEmitter(), {
    setPermissionRequestHandler: (handler: Parameters<Session["setPermissionRequestHandler"]>[0]) =>
      handler?.(null as never, "media", (answer) => (granted.request = answer), null as never),
    setPermissionCheckHandler: (handler: Parameters<Session["setPermissionCheckHandler"]>[0]) =>
      (granted.check = handler?.(null, "media", "app://countersign", null as never) ?? true),
    setDevicePermissionHandler: (handler: Parameters<Session["setDevicePermissionHandler"]>[0]) =>
      (granted.device = handler?.(null as never) ?? true),
    setSpellCheckerEnabled: (on: boolean) => (spelling.on = on),
    webRequest: {
      onBeforeRequest: (filter: { urls: string[] }, listener: RequestListener) => {
        if (["http", "https", "ws", "wss", "file"].some((scheme) => !filter.urls.includes(`${scheme}://*/*`))) return;
        listener({ url: "https://example.com/" }, ({ cancel }) => (granted.network = cancel !== true));
      },
    },
  });
  return {
    given: session as unknown as Session,
    findings: () => [
      ...(prevents(session, "will-download") ? [] : ["a page may download"]),
      ...(spelling.on ? ["the spell checker may fetch its dictionaries"] : []),
      ...Object.entries(granted).flatMap(([what, open]) =>
        open ? [`the session's ${what} handler does not deny`] : [],
      ),
    ],
  };
}

type RequestListener = (
  details: Pick<OnBeforeRequestListenerDetails, "url">,
  answer: (response: { cancel?: boolean }) => void,
) => void;

/** Something that can be called, read and built to any depth, and does nothing. */
function inert(): object {
  return new Proxy(function nothing() {}, {
    get: (_target, key) => (key === "then" ? undefined : key === Symbol.toPrimitive ? () => "" : inert()),
    apply: () => inert(),
    construct: () => inert(),
  });
}

const place = "countersign.recorded-electron";

function replaceElectron(names: readonly string[], recorded: Readonly<Record<string, unknown>>): void {
  const exported = Object.fromEntries(
    [...names, ...Object.keys(recorded)].map((name) => [name, recorded[name] ?? inert()]),
  );
  Object.assign(globalThis, { [place]: exported });
  const source = `const electron = globalThis[${JSON.stringify(place)}];
    export default electron;
    export const { ${Object.keys(exported).join(", ")} } = electron;`;
  registerHooks({
    resolve: (specifier, context, next) => {
      const isElectron = specifier === "electron" || specifier.endsWith("/node_modules/electron/index.js");
      return isElectron ? { url: "recorded:electron", format: "module", shortCircuit: true } : next(specifier, context);
    },
    load: (url, context, next) =>
      url === "recorded:electron" ? { format: "module", source, shortCircuit: true } : next(url, context),
  });
}
