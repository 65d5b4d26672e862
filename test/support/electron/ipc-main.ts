import type { IpcMain, IpcMainInvokeEvent } from "electron";

type Listener = Parameters<IpcMain["handle"]>[1];

/** `ipcMain`: handlers by channel, called with who really sent the message. */
export class StandInIpcMain implements Pick<IpcMain, "handle"> {
  readonly #handlers = new Map<string, Listener>();
  /** Channels that are listened to without being answered: electron-store listens for renderers that ask for its data. */
  readonly listening = new Set<string>();

  handle(channel: string, listener: Listener): void {
    if (this.#handlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`);
    this.#handlers.set(channel, listener);
  }
  on(channel: string): this {
    this.listening.add(channel);
    return this;
  }
  removeAllListeners(channel: string): this {
    this.listening.delete(channel);
    return this;
  }
  get channels(): readonly string[] {
    return [...this.#handlers.keys()];
  }
  async invoke(event: IpcMainInvokeEvent, channel: string, args: readonly unknown[]): Promise<unknown> {
    const handler = this.#handlers.get(channel);
    if (handler === undefined) throw new Error(`No handler registered for '${channel}'`);
    return handler(event, ...args);
  }
}
