interface Asked {
  readonly id?: number;
  readonly method: string;
  readonly params?: {
    readonly arguments?: { readonly text?: string; readonly size?: number };
    readonly protocolVersion?: string;
  };
}

const tools = ["echo", "slow_echo"].map((name) => ({ name, inputSchema: { type: "object" } }));

/** The answer of a target that echoes, or null where none is due. */
export function echoed(message: string): Buffer | null {
  const { id, method, params } = JSON.parse(message) as Asked;
  if (id === undefined) return null;
  const { text = "", size } = params?.arguments ?? {};
  const capabilities = { tools: {} };
  const results: Readonly<Record<string, object>> = {
    initialize: { protocolVersion: params?.protocolVersion, capabilities, serverInfo: { name: "echo", version: "1" } },
    "tools/list": { tools },
  };
  const other = results[method];
  const said = other === undefined ? (size === undefined ? resultOf(text) : filled(size)) : bytesOf(other);
  return Buffer.concat([Buffer.from(`{"jsonrpc":"2.0","id":${id},"result":`), said, Buffer.from("}")]);
}

const known = new Map<number, Buffer>();

/** A long result is made once: where a megabyte's making takes longer than its way through a bridge, bridges can't be told apart. */
function filled(size: number): Buffer {
  const said = known.get(size) ?? resultOf("x".repeat(size));
  known.set(size, said);
  return said;
}

function resultOf(text: string): Buffer {
  return bytesOf({ content: [{ type: "text", text }] });
}

function bytesOf(result: object): Buffer {
  return Buffer.from(JSON.stringify(result));
}
