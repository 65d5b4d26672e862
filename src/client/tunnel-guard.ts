import type { ClientView } from "../shared/console.ts";
import type { ErrorCode } from "../shared/errors.ts";
import type { Clients } from "./clients.ts";
import { everything } from "./everything.ts";
import { headerValues, ownHost, type RawHeaders } from "./loopback-guard.ts";

/** A request as it stands on the wire: the target is raw, nothing is decoded or normalised. */
export interface Asked {
  readonly method: string;
  readonly target: string;
  readonly headers: RawHeaders;
}

export type Admission =
  | { readonly ok: true; readonly client: ClientView; readonly connection: string }
  | {
      readonly ok: false;
      readonly status: 401 | 403 | 404 | 405;
      readonly code: ErrorCode;
      readonly message: string;
      readonly headers: Readonly<Record<string, string>>;
    };

/** Whether a request to the tunnel may pass, by rule 8: the first check that fails answers. */
export function admit(asked: Asked, port: number, clients: Pick<Clients, "withToken">): Admission {
  if (ownHost(asked.headers, port) === null)
    return refuse(403, "not_allowed", "This Host is not the tunnel's: use the address that Countersign shows.");
  // MCP clients are programs; whatever sends an Origin, `null` included, is a page in a browser.
  if (headerValues(asked.headers, "origin").length > 0)
    return refuse(403, "not_allowed", "Web pages may not use the tunnel.");
  const connection =
    asked.target === "/mcp" ? everything : /^\/mcp\/([a-z0-9][a-z0-9-]{0,62})$/.exec(asked.target)?.[1];
  if (connection === undefined)
    return refuse(
      404,
      "not_found",
      "The tunnel serves /mcp/CONNECTION, and /mcp for all of them: see `countersign connections`.",
    );
  const authorization = headerValues(asked.headers, "authorization");
  if (authorization.length === 0)
    return unauthorised("token_missing", "Give this client its token: `countersign clients add NAME` makes one.");
  const token = authorization.length === 1 ? /^Bearer (cst_[\w-]{43})$/i.exec(authorization[0] ?? "")?.[1] : undefined;
  const client = token === undefined ? null : clients.withToken(token);
  if (client === null)
    return unauthorised(
      "token_invalid",
      "This client token is not known here: `countersign clients add NAME` makes a new one.",
    );
  if (!["POST", "GET", "DELETE"].includes(asked.method))
    return refuse(405, "bad_request", "MCP uses POST, GET and DELETE.", { allow: "POST, GET, DELETE" });
  return { ok: true, client, connection };
}

function refuse(
  status: 401 | 403 | 404 | 405,
  code: ErrorCode,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Admission {
  return { ok: false, status, code, message, headers };
}

function unauthorised(code: "token_missing" | "token_invalid", message: string): Admission {
  // RFC 6750, section 3: no error code where no token was sent. No metadata: a local token has no OAuth flow.
  const challenge =
    code === "token_missing" ? 'Bearer realm="countersign"' : 'Bearer realm="countersign", error="invalid_token"';
  return refuse(401, code, message, { "www-authenticate": challenge });
}
