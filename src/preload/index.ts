import { contextBridge, ipcRenderer } from "electron";
import { bridgeCalls, desktopBridgeCalls, stateBridgeCalls } from "../shared/bridge.ts";
import type { BridgeMethods, DesktopBridge, OwnerEvents, PreloadBridge, StateBridge } from "../shared/bridge.ts";

/** One method for each name of the table, each bound to its own channel. */
function methods(calls: Readonly<Record<string, string>>): object {
  const named = Object.entries(calls).map(([method, channel]) => {
    return [method, (input: unknown = {}) => ipcRenderer.invoke(channel, input)] as const;
  });
  return Object.fromEntries(named);
}

/** What main says under this name; what it said before anybody listened is told to the first who does. */
function listening<E extends keyof OwnerEvents>(event: E) {
  const listeners = new Set<(data: OwnerEvents[E]) => void>();
  const missed: { last?: OwnerEvents[E] } = {};
  ipcRenderer.on(event, (_event, data: OwnerEvents[E]) => {
    if (listeners.size === 0) missed.last = data;
    for (const listener of listeners) listener(data);
  });
  return (listener: (data: OwnerEvents[E]) => void) => {
    listeners.add(listener);
    if (missed.last !== undefined) listener(missed.last);
    delete missed.last;
    return () => listeners.delete(listener);
  };
}

// The tables and the types of their methods are one thing (shared/bridge.ts).
const bridge: PreloadBridge = {
  ...(methods(bridgeCalls) as BridgeMethods),
  ...(methods(stateBridgeCalls) as StateBridge),
  desktop: methods(desktopBridgeCalls) as DesktopBridge,
  onState: listening("state"),
  onShow: listening("show"),
};
contextBridge.exposeInMainWorld("countersign", bridge);
