import { EventEmitter } from "node:events";
import { readFileSync } from "node:fs";
import type { IpcMainInvokeEvent, WebContents, WebFrameMain } from "electron";
import type { BrowserContext, CDPSession, Page, Route } from "playwright-core";
import { chromiumAddress, electronAddress, originOf, schemeOf } from "./addresses.ts";
import { preventable } from "./app.ts";
import type { StandInIpcMain } from "./ipc-main.ts";
import type { StandInProtocol } from "./session.ts";
import { ipcBinding, mainWorldScript, preloadPort, preloadScript, preloadWorld } from "./worlds.ts";

export interface PageParts {
  readonly context: () => Promise<BrowserContext>;
  readonly protocol: StandInProtocol;
  readonly ipcMain: StandInIpcMain;
}

type Surface = "loadURL" | "send";

/** `webContents` over a real Chromium page, its preload in an isolated world of that page. */
export class StandInWebContents extends EventEmitter implements Pick<WebContents, Surface> {
  /** The page once it is there; everything asked of it before waits for it. */
  readonly page: Promise<Page>;
  readonly mainFrame: Pick<WebFrameMain, "origin" | "url" | "parent" | "detached">;
  /** What a page tried to go to or to open, and whether the app let it. */
  readonly attempts: { readonly what: "navigate" | "open"; readonly url: string; readonly allowed: boolean }[] = [];
  readonly #parts: PageParts;
  readonly #held: { page: Page | null; cdp: CDPSession | null; preloadContext: number | null } = {
    page: null,
    cdp: null,
    preloadContext: null,
  };
  readonly #loading = new Set<string>();
  #openHandler: Parameters<WebContents["setWindowOpenHandler"]>[0] = () => ({ action: "allow" });

  constructor(parts: PageParts, preload: string | undefined) {
    super();
    this.#parts = parts;
    const address = (): string => electronAddress(this.#held.page?.mainFrame().url() ?? "about:blank");
    this.mainFrame = {
      parent: null,
      detached: false,
      get url() {
        return address();
      },
      get origin() {
        return originOf(address());
      },
    };
    this.page = this.#open(preload);
  }

  setWindowOpenHandler(handler: Parameters<WebContents["setWindowOpenHandler"]>[0]): void {
    this.#openHandler = handler;
  }
  async loadURL(url: string): Promise<void> {
    const page = await this.page;
    this.#loading.add(chromiumAddress(url));
    this.emit("did-start-loading");
    await page.goto(chromiumAddress(url));
    this.emit("did-finish-load");
  }
  /** Told to the preload of the page that is there now; where there is none yet it is lost, as in Electron. */
  send(channel: string, ...args: unknown[]): void {
    void this.#callPreload("emit", [channel, JSON.stringify(args)]);
  }

  /** Closes the page, once it is there. */
  async end(): Promise<void> {
    try {
      await (await this.page).close();
    } catch {
      // It never came to be: the browser went first.
    }
  }

  async #open(preload: string | undefined): Promise<Page> {
    const context = await this.#parts.context();
    const page = await context.newPage();
    const cdp = await context.newCDPSession(page);
    this.#held.page = page;
    this.#held.cdp = cdp;
    await page.route("**/*", (route) => this.#serve(route));
    await cdp.send("Page.enable");
    cdp.on("Page.windowOpen", ({ url }) => this.#askToOpen(url));
    page.on("popup", (popup) => void popup.close());
    cdp.on("Runtime.executionContextCreated", ({ context: created }) => {
      if (created.name === preloadWorld && created.auxData?.["frameId"] === mainFrameId)
        this.#held.preloadContext = created.id;
    });
    cdp.on("Runtime.bindingCalled", ({ executionContextId, payload }) => {
      if (executionContextId === this.#held.preloadContext) void this.#invoke(payload);
    });
    const mainFrameId = (await cdp.send("Page.getFrameTree")).frameTree.frame.id;
    if (preload !== undefined) await this.#installPreload(cdp, readFileSync(preload, "utf8"));
    await cdp.send("Runtime.enable");
    return page;
  }

  async #installPreload(cdp: CDPSession, source: string): Promise<void> {
    const mark = `bridge-${crypto.randomUUID()}`;
    await cdp.send("Runtime.addBinding", { name: ipcBinding, executionContextName: preloadWorld });
    await cdp.send("Page.addScriptToEvaluateOnNewDocument", { source: mainWorldScript(mark) });
    await cdp.send("Page.addScriptToEvaluateOnNewDocument", {
      source: preloadScript(mark, source),
      worldName: preloadWorld,
    });
  }

  /** Custom schemes are answered by main's own handler; the network is not there at all. */
  async #serve(route: Route): Promise<void> {
    const request = route.request();
    const url = electronAddress(request.url());
    if (request.isNavigationRequest() && !this.#loading.delete(request.url()) && !this.#mayNavigate(url))
      return route.abort("aborted");
    const handler = this.#parts.protocol.handlerFor(schemeOf(url));
    if (handler === undefined) return route.abort("blockedbyclient");
    const response = await handler(new Request(url, { method: request.method() }));
    const body = Buffer.from(await response.arrayBuffer());
    await route.fulfill({ status: response.status, headers: Object.fromEntries(response.headers), body });
  }

  #mayNavigate(url: string): boolean {
    const event = Object.assign(preventable(), { url, isSameDocument: false });
    this.emit("will-frame-navigate", event);
    this.emit("will-navigate", event, url);
    this.attempts.push({ what: "navigate", url, allowed: !event.defaultPrevented });
    return !event.defaultPrevented;
  }

  // The popup itself is closed either way: no stand-in window is made for it.
  #askToOpen(url: string): void {
    const details = {
      url: electronAddress(url),
      frameName: "",
      features: "",
      disposition: "new-window",
      referrer: { url: "", policy: "default" },
    };
    const answer = this.#openHandler(details as Electron.HandlerDetails);
    this.attempts.push({ what: "open", url: details.url, allowed: answer.action === "allow" });
  }

  async #invoke(payload: string): Promise<void> {
    const { id, channel, args } = JSON.parse(payload) as { id: number; channel: string; args: readonly unknown[] };
    const event = { sender: this, senderFrame: this.mainFrame, type: "frame" } as unknown as IpcMainInvokeEvent;
    try {
      const value = await this.#parts.ipcMain.invoke(event, channel, args);
      await this.#callPreload("settle", [id, true, JSON.stringify({ value })]);
    } catch (error) {
      await this.#callPreload("settle", [id, false, `Error invoking remote method '${channel}': ${String(error)}`]);
    }
  }

  async #callPreload(way: "settle" | "emit", args: readonly unknown[]): Promise<void> {
    const { cdp, preloadContext } = this.#held;
    if (cdp === null || preloadContext === null) return;
    const functionDeclaration = `(way, ...args) => globalThis.${preloadPort}[way](...args)`;
    const passed = [way, ...args].map((value) => ({ value }));
    try {
      await cdp.send("Runtime.callFunctionOn", {
        executionContextId: preloadContext,
        functionDeclaration,
        arguments: passed,
      });
    } catch {
      // The page went while it was being told.
    }
  }
}
