import { z } from "zod";
import { isProtectedUrl } from "../shared/protected-url.ts";
import { configName as name, secretName } from "../shared/target-config.ts";
import type { Finding } from "./config-places.ts";

/** Where the ledger's entries go besides: exactly one of file, webhook and syslog. */
export const sink = z
  .strictObject({
    name,
    file: z.strictObject({ path: z.string().min(1) }).optional(),
    webhook: z
      .strictObject({
        url: z.url(),
        /** Signs each delivery (Standard Webhooks): `whsec_` and base64, or any text. */
        secret: secretName,
        /** A PEM file with the authority that signed the receiver's certificate, where the system doesn't know it. */
        ca: z.string().optional(),
      })
      .optional(),
    syslog: z
      .strictObject({
        host: z.string().min(1),
        port: z.number().int().min(1).max(65535).default(6514),
        ca: z.string().optional(),
      })
      .optional(),
    /** Where a new sink begins: with the ledger's first entry, or with what comes from its first start on. */
    from: z.enum(["beginning", "now"]).default("beginning"),
  })
  .refine(
    ({ file, webhook, syslog }) => [file, webhook, syslog].filter((each) => each !== undefined).length === 1,
    "A sink needs exactly one of file, webhook and syslog",
  );
export type SinkConfig = z.infer<typeof sink>;

/** The sink with absolute paths. */
export function sinkWithPaths(config: SinkConfig, absolute: (path: string) => string): SinkConfig {
  const { file, webhook, syslog, ...rest } = config;
  const ca = (path: string | undefined) => (path === undefined ? {} : { ca: absolute(path) });
  const secret = (text: string) => (text.startsWith("file:") ? `file:${absolute(text.slice("file:".length))}` : text);
  return {
    ...rest,
    ...(file && { file: { path: absolute(file.path) } }),
    ...(webhook && { webhook: { ...webhook, secret: secret(webhook.secret), ...ca(webhook.ca) } }),
    ...(syslog && { syslog: { ...syslog, ...ca(syslog.ca) } }),
  };
}

/** What is wrong with an address. What leaves the gateway is masked, and nobody's business all the same. */
export function sinkFindings(sinks: readonly SinkConfig[]): Finding[] {
  return sinks.flatMap(({ webhook }, index) =>
    webhook === undefined || isProtectedUrl(webhook.url)
      ? []
      : [{ path: ["sinks", index, "webhook", "url"], message: "http is for loopback only: write the https address." }],
  );
}
