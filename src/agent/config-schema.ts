import { z } from "zod";
import { isProtectedUrl } from "../shared/protected-url.ts";
import { configName, httpTarget, stdioTarget } from "../shared/target-config.ts";

const connection = z
  .strictObject({ name: configName, stdio: stdioTarget.optional(), http: httpTarget.optional() })
  .refine(
    ({ stdio, http }) => (stdio === undefined) !== (http === undefined),
    "A connection needs exactly one of stdio and http",
  )
  .refine(({ http }) => http === undefined || /^https?:\/\//i.test(http.url), {
    message: "Write an http or https address",
    path: ["http", "url"],
  })
  .refine(({ http }) => http?.oauth === undefined || isProtectedUrl(http.oauth.tokenUrl), {
    message: "Use https: over http anybody on the way could read the client's secret (http is for loopback only)",
    path: ["http", "oauth", "tokenUrl"],
  });

/** agent.yaml: which gateway an agent dials, as whom, and how it reaches its targets. */
export const agentConfig = z.strictObject({
  version: z.literal(1),
  /** As in gateway.yaml's `agents`. */
  name: configName,
  /** The gateway's origin, its `publicUrl`. */
  gateway: z
    .url()
    .refine(
      (url) => URL.canParse(url) && new URL(url).origin === url,
      "Write an origin alone, without path or final slash",
    )
    .refine(isProtectedUrl, "Use https: http is for a gateway on this machine only"),
  /** A PEM file with the authority that signed the gateway's TLS certificate, where the system doesn't know it. */
  ca: z.string().optional(),
  key: z.string().regex(/^file:.+$/, "Write where the private key is, file:PATH; --enrol makes it"),
  /** Names as in gateway.yaml's connections that say `agent: NAME`. */
  connections: z
    .array(connection)
    .min(1)
    .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, "Two connections have the same name"),
});
export type AgentConfig = z.infer<typeof agentConfig>;
