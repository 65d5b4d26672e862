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
export function echoed(message: string): string | null {
  const { id, method, params } = JSON.parse(message) as Asked;
  if (id === undefined) return null;
  const { text = "", size } = params?.arguments ?? {};
  const capabilities = { tools: {} };
  const results: Readonly<Record<string, object>> = {
    initialize: { protocolVersion: params?.protocolVersion, capabilities, serverInfo: { name: "echo", version: "1" } },
    "tools/list": { tools },
  };
  const said = results[method] ?? { content: [{ type: "text", text: size === undefined ? text : "x".repeat(size) }] };
  return JSON.stringify({ jsonrpc: "2.0", id, result: said });
}
