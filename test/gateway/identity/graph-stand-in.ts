import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** Microsoft Graph's `getMemberGroups`, and the token endpoint beside it, on a real socket. */
export interface GraphStandIn {
  readonly origin: string;
  /** Groups by object id; `status` is what Graph answers with, `tokenStatus` what the token endpoint does; `token` is the one that counts, `challenge` what another is answered with. */
  readonly state: {
    groups: Map<string, readonly string[]>;
    status: number;
    tokenStatus: number;
    token: string;
    challenge: string | null;
  };
  /** What was asked: `POST /path`, in order. */
  readonly requests: string[];
  /** The forms that the token endpoint got. */
  readonly forms: URLSearchParams[];
  close(): Promise<void>;
}

export async function startGraph(): Promise<GraphStandIn> {
  const state: GraphStandIn["state"] = {
    groups: new Map(),
    status: 200,
    tokenStatus: 200,
    token: "graph-token",
    challenge: null,
  };
  const requests: string[] = [];
  const forms: URLSearchParams[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const path = request.url ?? "";
      requests.push(`${request.method} ${path}`);
      if (path.endsWith("/oauth2/v2.0/token")) {
        forms.push(new URLSearchParams(Buffer.concat(chunks).toString()));
        return answer(response, state.tokenStatus, {
          token_type: "Bearer",
          access_token: state.token,
          expires_in: 3599,
        });
      }
      if (request.headers.authorization !== `Bearer ${state.token}`) {
        if (state.challenge !== null) response.setHeader("www-authenticate", state.challenge);
        return answer(response, 401, {});
      }
      const oid = /^\/v1\.0\/(?:users|servicePrincipals)\/([\w-]+)\/getMemberGroups$/.exec(path)?.[1];
      const value = state.groups.get(oid ?? "");
      if (value === undefined) return answer(response, 404, {});
      return answer(response, state.status, { value });
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    state,
    requests,
    forms,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
