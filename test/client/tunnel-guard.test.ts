import { describe, expect, it } from "vitest";
import { admit, type Asked } from "../../src/client/tunnel-guard.ts";

const port = 4555;
const token = `cst_${"a".repeat(43)}`;
const client = { id: "1", name: "cursor", createdAtMs: 0, lastUsedAtMs: null };
const clients = { withToken: (shown: string) => (shown === token ? client : null) };

interface Changed {
  readonly method?: string;
  readonly target?: string;
  readonly host?: readonly string[];
  readonly authorization?: readonly string[];
  readonly more?: readonly string[];
}
function ask({ method = "POST", target = "/mcp/files", host = [`127.0.0.1:${port}`], more = [], ...changed }: Changed) {
  const authorization = changed.authorization ?? [`Bearer ${token}`];
  const headers = [
    ...host.flatMap((value) => ["Host", value]),
    ...authorization.flatMap((value) => ["Authorization", value]),
    ...more,
  ];
  const asked: Asked = { method, target, headers };
  const admission = admit(asked, port, clients);
  return admission.ok ? 200 : admission.status;
}

describe("tunnel guard: Host", () => {
  it.each([`127.0.0.1:${port}`, `[::1]:${port}`, `localhost:${port}`])("admits %s", (host) => {
    expect(ask({ host: [host] })).toBe(200);
  });

  it.each([
    "127.0.0.1",
    "localhost",
    "[::1]",
    "",
    " ",
    `127.0.0.1:${port + 1}`,
    "127.0.0.1:80",
    `127.0.0.1:0${port}`,
    `127.0.0.1:${port}0`,
    `127.0.0.1:${port}.`,
    `127.0.0.1.:${port}`,
    `127.0.0.1.evil.example:${port}`,
    `evil.example:${port}`,
    `evil.127.0.0.1:${port}`,
    `127.0.0.2:${port}`,
    `127.1:${port}`,
    `0.0.0.0:${port}`,
    `0177.0.0.1:${port}`,
    `2130706433:${port}`,
    `localhost.:${port}`,
    `LOCALHOST:${port}`,
    `Localhost:${port}`,
    `localhost.evil.example:${port}`,
    `evillocalhost:${port}`,
    `user@127.0.0.1:${port}`,
    `127.0.0.1:${port}@evil.example`,
    `127.0.0.1:${port}/`,
    `127.0.0.1:${port},evil.example`,
    `127.0.0.1:${port} `,
    `::1:${port}`,
    `[0:0:0:0:0:0:0:1]:${port}`,
    `[::0001]:${port}`,
    `[::ffff:127.0.0.1]:${port}`,
    `[::1%lo]:${port}`,
    `[::1%25lo]:${port}`,
    `[::]:${port}`,
    `http://127.0.0.1:${port}`,
    `127.0.0.1:+${port}`,
    `127.0.0.1: ${port}`,
    `127.0.0.1:${port}#`,
    `127.0.0.1:${port}?`,
    `127.0.0.1\\:${port}`,
    `127.0.0.1:${port}:${port}`,
    "127.0.0.1:",
    `0x7f.0.0.1:${port}`,
    `127.0.0.01:${port}`,
    `127.000.000.001:${port}`,
    `\uFF11\uFF12\uFF17.0.0.1:${port}`,
    `[0:0::1]:${port}`,
    `[::1].:${port}`,
    `[::1]:${port}.`,
    `[::7f00:1]:${port}`,
    `[::FFFF:7F00:1]:${port}`,
    `localhost.localdomain:${port}`,
    `localhost:${port}.evil.example`,
    `localhost:${port}\t`,
    `localhost%00:${port}`,
    `loc\u0430lhost:${port}`,
    `127.0.0.1.nip.io:${port}`,
    `host.docker.internal:${port}`,
    `ip6-localhost:${port}`,
  ])("refuses %j", (host) => {
    expect(ask({ host: [host] })).toBe(403);
  });

  it("refuses none, and more than one", () => {
    expect(ask({ host: [] })).toBe(403);
    expect(ask({ host: [`127.0.0.1:${port}`, `127.0.0.1:${port}`] })).toBe(403);
    expect(ask({ host: [`127.0.0.1:${port}`, "evil.example"] })).toBe(403);
  });
});

describe("tunnel guard: Origin", () => {
  it.each([
    "null",
    "",
    "https://evil.example",
    `http://127.0.0.1:${port}`,
    `http://localhost:${port}`,
    "vscode-webview://x",
    "https://127.0.0.1",
    `http://[::1]:${port}`,
    `http://127.0.0.1:${port}.evil.example`,
    `http://127.0.0.1:${port}/`,
    `HTTP://127.0.0.1:${port}`,
    "http://localhost.",
    "file://",
    "chrome-extension://abc",
    "moz-extension://abc",
    "app://x",
  ])("refuses %j", (origin) => {
    expect(ask({ more: ["Origin", origin] })).toBe(403);
    expect(ask({ more: ["oRiGiN", origin] })).toBe(403);
  });
});

describe("tunnel guard: path", () => {
  it.each(["/mcp", "/mcp/files", "/mcp/a", "/mcp/a-1", `/mcp/${"a".repeat(63)}`])("admits %s", (target) => {
    expect(ask({ target })).toBe(200);
  });

  it.each([
    "/",
    "/mcp/",
    "/mcp?x=1",
    "/mcp#x",
    "/mcp%2ffiles",
    "/mcp/.",
    "/mcp;x",
    "/Mcp",
    "//mcp/files",
    "/mcp//files",
    "/mcp/files/",
    "/mcp/files/x",
    "/mcp/files?x=1",
    "/mcp/files?",
    "/mcp/files#x",
    "/mcp/../v1/me",
    "/mcp/..",
    "/mcp/./files",
    "/mcp/%66iles",
    "/mcp/files%2f..",
    "/mcp/files%00",
    "/mcp/files\\x",
    "/mcp/files;x",
    "/mcp/Files",
    "/mcp/-files",
    "/MCP/files",
    "/v1/me",
    "/.well-known/oauth-authorization-server",
    `http://127.0.0.1:${port}/mcp/files`,
    "*",
    "",
    `/mcp/${"a".repeat(64)}`,
    "/mcp/files\n",
  ])("refuses %j", (target) => {
    expect(ask({ target })).toBe(404);
  });
});

describe("tunnel guard: token and method", () => {
  it.each([
    [],
    ["Bearer"],
    [`Bearer  ${token}`],
    [`Bearer ${token} `],
    [`Bearer ${token}x`],
    [`Basic ${token}`],
    [token],
    [`Bearer ${token.toUpperCase()}`],
    [`Bearer cst_${"b".repeat(43)}`],
    ["Bearer token-1"],
    [`Bearer ${token}`, `Bearer ${token}`],
  ])("refuses %j", (...authorization) => {
    expect(ask({ authorization })).toBe(401);
  });

  it("challenges without naming an authorisation server", () => {
    const headers = ["Host", `127.0.0.1:${port}`];
    const admission = admit({ method: "POST", target: "/mcp/files", headers }, port, clients);
    expect(admission).toMatchObject({
      code: "token_missing",
      headers: { "www-authenticate": 'Bearer realm="countersign"' },
    });
  });

  it.each(["POST", "GET", "DELETE"])("admits %s", (method) => {
    expect(ask({ method })).toBe(200);
  });

  it.each(["PUT", "PATCH", "HEAD", "OPTIONS", "TRACE", "QUERY"])("refuses %s", (method) => {
    expect(ask({ method })).toBe(405);
  });
});
