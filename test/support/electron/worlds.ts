/** What the stand-in gives a preload in its isolated world: the world's way to Node, and the way back. */
interface PreloadPort {
  /** An invoke was answered; `json` is the value, or a message where `ok` is false. */
  settle(id: number, ok: boolean, json: string): void;
  /** Main sent something. */
  emit(channel: string, json: string): void;
}

interface Marks {
  readonly mine: string;
  readonly theirs: string;
}

export const preloadWorld = "countersign-preload";
export const preloadPort = "__standInPort";
export const ipcBinding = "__standInInvoke";

/** The page's side of the context bridge, for its main world, to be run before any script of the page. */
export function mainWorldScript(mark: string): string {
  return `(${joinWorlds.toString()})(${JSON.stringify({ mine: `${mark}-main`, theirs: `${mark}-preload` })});`;
}

/** The built preload with the `electron` that a sandboxed one may require, for its isolated world. Runs in main frames only. */
export function preloadScript(mark: string, source: string): string {
  const marks = JSON.stringify({ mine: `${mark}-preload`, theirs: `${mark}-main` });
  const electron = `(${preloadElectron.toString()})((${joinWorlds.toString()})(${marks}), "${preloadPort}", "${ipcBinding}")`;
  const required = `(name) => { if (name !== "electron") throw new Error("A sandboxed preload cannot require " + name); return electron; }`;
  return `if (window.top === window) { const electron = ${electron}; (function (require, module, exports) {${source}\n})(${required}, { exports: {} }, {}); }`;
}

/**
 * Joins two worlds of one document, as Electron's context bridge does: values are copied, functions become proxies that call
 * across at once, promises settle across. The worlds share the document and nothing else, so what crosses is text in custom events,
 * under names only they know. Self-contained: it is sent to the page as text.
 */
function joinWorlds({ mine, theirs }: Marks): (key: string, value: unknown) => void {
  type Packed = readonly [kind: string, value?: unknown];
  const functions: ((...args: unknown[]) => unknown)[] = [];
  const settlers = new Map<string, (ok: boolean, value: unknown) => void>();
  const replies: Packed[] = [];
  const dispatch = document.dispatchEvent.bind(document);
  const tell = (message: object): void => {
    dispatch(new CustomEvent(theirs, { detail: JSON.stringify(message) }));
  };

  function pack(value: unknown): Packed {
    if (value === undefined) return ["undefined"];
    if (typeof value === "function") return ["function", functions.push(value as () => unknown) - 1];
    if (value instanceof Promise) {
      const id = `${mine}${Math.random()}`;
      value.then(
        (settled) => tell({ settle: id, ok: true, value: pack(settled) }),
        (error: unknown) => tell({ settle: id, ok: false, value: pack(String(error)) }),
      );
      return ["promise", id];
    }
    if (Array.isArray(value)) return ["array", value.map(pack)];
    if (typeof value !== "object" || value === null) return ["plain", value];
    return ["object", Object.fromEntries(Object.entries(value).map(([key, member]) => [key, pack(member)]))];
  }

  function unpack([kind, value]: Packed): unknown {
    if (kind === "undefined") return undefined;
    if (kind === "plain") return value;
    if (kind === "array") return (value as Packed[]).map(unpack);
    if (kind === "object")
      return Object.fromEntries(
        Object.entries(value as Record<string, Packed>).map(([key, member]) => [key, unpack(member)]),
      );
    if (kind === "function") return (...args: unknown[]) => callAcross(value as number, args);
    return new Promise((resolve, reject) => {
      settlers.set(value as string, (ok, settled) => (ok ? resolve(settled) : reject(new Error(String(settled)))));
    });
  }

  function callAcross(index: number, args: readonly unknown[]): unknown {
    // Events between worlds are handled before dispatch returns, so the reply is there then.
    tell({ call: index, args: args.map(pack) });
    const reply = replies.pop();
    if (reply === undefined) throw new Error("The other world did not answer");
    if (reply[0] === "throw") throw new Error(String(reply[1]));
    return unpack(reply);
  }

  function answer(index: number, args: readonly Packed[]): Packed {
    try {
      return pack(functions[index]?.(...args.map(unpack)));
    } catch (error) {
      return ["throw", String(error)];
    }
  }

  document.addEventListener(mine, (event) => {
    const message = JSON.parse((event as CustomEvent<string>).detail);
    if ("reply" in message) replies.push(message.reply);
    else if ("call" in message) tell({ reply: answer(message.call, message.args) });
    else if ("settle" in message) settlers.get(message.settle)?.(message.ok, unpack(message.value));
    else if ("expose" in message)
      Object.defineProperty(window, message.expose, { value: Object.freeze(unpack(message.value)), enumerable: true });
  });
  return (key, value) => tell({ expose: key, value: pack(value) });
}

/** `contextBridge` and `ipcRenderer` over a binding to Node. Self-contained: it is sent to the page as text. */
function preloadElectron(expose: (key: string, value: unknown) => void, port: string, binding: string): object {
  const world = globalThis as unknown as Record<string, unknown>;
  const waiting: { resolve: (value: unknown) => void; reject: (error: Error) => void }[] = [];
  const listeners = new Map<string, Set<(...args: unknown[]) => void>>();
  const ways: PreloadPort = {
    settle(id, ok, json) {
      if (ok) waiting[id]?.resolve(JSON.parse(json).value);
      else waiting[id]?.reject(new Error(json));
    },
    emit(channel, json) {
      for (const listener of listeners.get(channel) ?? []) listener({}, ...JSON.parse(json));
    },
  };
  world[port] = ways;
  const ipcRenderer = {
    invoke: (channel: string, ...args: unknown[]) =>
      new Promise((resolve, reject) => {
        const id = waiting.push({ resolve, reject }) - 1;
        (world[binding] as (text: string) => void)(JSON.stringify({ id, channel, args }));
      }),
    on(channel: string, listener: (...args: unknown[]) => void) {
      listeners.set(channel, (listeners.get(channel) ?? new Set()).add(listener));
      return ipcRenderer;
    },
  };
  return { contextBridge: { exposeInMainWorld: expose }, ipcRenderer };
}
