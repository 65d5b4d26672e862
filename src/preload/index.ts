import { contextBridge, ipcRenderer } from "electron";
import { bridgeCalls, desktopBridgeCalls } from "../shared/bridge.ts";
import type { BridgeMethods, ConsoleBridge, DesktopBridge } from "../shared/bridge.ts";
import type { ConsoleEvents } from "../shared/console.ts";

/** One method for each name of the table, each bound to its own channel. */
function methods(calls: Readonly<Record<string, string>>): object {
  const named = Object.entries(calls).map(([method, channel]) => {
    return [method, (input: unknown = {}) => ipcRenderer.invoke(channel, input)] as const;
  });
  return Object.fromEntries(named);
}

/** What main says under this name. The last of it is told again to a new listener: each time (`stays`), or to the first one only. */
function listening<E extends keyof ConsoleEvents>(event: E, stays: boolean) {
  const listeners = new Set<(data: ConsoleEvents[E]) => void>();
  const said: { last?: ConsoleEvents[E] } = {};
  ipcRenderer.on(event, (_event, data: ConsoleEvents[E]) => {
    if (stays || listeners.size === 0) said.last = data;
    for (const listener of listeners) listener(data);
  });
  return (listener: (data: ConsoleEvents[E]) => void) => {
    listeners.add(listener);
    if (said.last !== undefined) listener(said.last);
    if (!stays) delete said.last;
    return () => listeners.delete(listener);
  };
}

// The tables and the types of their methods are one thing (shared/bridge.ts).
const bridge: ConsoleBridge = {
  ...(methods(bridgeCalls) as BridgeMethods),
  desktop: methods(desktopBridgeCalls) as DesktopBridge,
  onState: listening("state", true),
  onShow: listening("show", false),
};
contextBridge.exposeInMainWorld("countersign", bridge);
