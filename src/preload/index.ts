import { contextBridge, ipcRenderer } from "electron";
import type { ConsoleBridge, ConsoleCall, ConsoleEvents, ConsoleInput, ConsoleOutput } from "../shared/console.ts";
import type { Result } from "../shared/errors.ts";

const call = <C extends ConsoleCall>(name: C, input: ConsoleInput<C>): Promise<Result<ConsoleOutput[C]>> =>
  ipcRenderer.invoke(name, input);
// What main said last: the state is told again to each new listener, a request to show something waits for the first.
const said: Partial<ConsoleEvents> = {};
const stateListeners = new Set<(state: ConsoleEvents["state"]) => void>();
const showListeners = new Set<(show: ConsoleEvents["show"]) => void>();
ipcRenderer.on("state", (_event, state: ConsoleEvents["state"]) => {
  said.state = state;
  for (const listener of stateListeners) listener(state);
});
ipcRenderer.on("show", (_event, show: ConsoleEvents["show"]) => {
  if (showListeners.size === 0) said.show = show;
  for (const listener of showListeners) listener(show);
});
const bridge: ConsoleBridge = {
  signIn: () => call("session.signIn", {}),
  cancelSignIn: () => call("session.cancelSignIn", {}),
  signOut: () => call("session.signOut", {}),
  retry: () => call("gateway.retry", {}),
  decide: (input) => call("approvals.decide", input),
  grants: () => call("grants.list", {}),
  revokeGrant: (input) => call("grants.revoke", input),
  copyAddress: (input) => call("connections.copyAddress", input),
  onState: (listener) => {
    stateListeners.add(listener);
    if (said.state !== undefined) listener(said.state);
    return () => stateListeners.delete(listener);
  },
  onShow: (listener) => {
    showListeners.add(listener);
    if (said.show !== undefined) listener(said.show);
    delete said.show;
    return () => showListeners.delete(listener);
  },
};
contextBridge.exposeInMainWorld("countersign", bridge);
