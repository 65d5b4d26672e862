import { z } from "zod";
import { isProtectedUrl } from "../shared/protected-url.ts";
import { configName as name, secretName } from "../shared/target-config.ts";
import type { Finding } from "./config-places.ts";

/** A receiver by HTTP, and what is sent along to it, each value by the name of a secret. */
const receiver = {
  url: z.url(),
  headers: z
    .record(z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, "This is no header's name"), secretName)
    .default({}),
  /** A PEM file with the authority that signed the receiver's certificate, where the system doesn't know it. */
  ca: z.string().optional(),
};

/** Where the ledger's entries go besides: exactly one of file, webhook, syslog and otlp. */
export const sink = z
  .strictObject({
    name,
    file: z.strictObject({ path: z.string().min(1) }).optional(),
    webhook: z
      .strictObject({
        ...receiver,
        /** Signs each delivery (Standard Webhooks): `whsec_` and base64, or any text. */
        secret: secretName,
      })
      .optional(),
    syslog: z
      .strictObject({
        host: z.string().min(1),
        port: z.number().int().min(1).max(65535).default(6514),
        ca: z.string().optional(),
      })
      .optional(),
    otlp: z.strictObject(receiver).optional(),
    /** Where a new sink begins: with the ledger's first entry, or with what comes from its first start on. */
    from: z.enum(["beginning", "now"]).default("beginning"),
  })
  .refine(
    ({ file, webhook, syslog, otlp }) =>
      [file, webhook, syslog, otlp].filter((each) => each !== undefined).length === 1,
    "A sink needs exactly one of file, webhook, syslog and otlp",
  );
export type SinkConfig = z.infer<typeof sink>;

/** The sink with absolute paths. */
export function sinkWithPaths(config: SinkConfig, absolute: (path: string) => string): SinkConfig {
  const { file, webhook, syslog, otlp, ...rest } = config;
  const ca = (path: string | undefined) => (path === undefined ? {} : { ca: absolute(path) });
  const secret = (text: string) => (text.startsWith("file:") ? `file:${absolute(text.slice("file:".length))}` : text);
  const posted = <T extends NonNullable<SinkConfig["otlp"]>>(to: T): T => {
    const headers = Object.fromEntries(Object.entries(to.headers).map(([name, value]) => [name, secret(value)]));
    return { ...to, headers, ...ca(to.ca) };
  };
  return {
    ...rest,
    ...(file && { file: { path: absolute(file.path) } }),
    ...(webhook && { webhook: { ...posted(webhook), secret: secret(webhook.secret) } }),
    ...(syslog && { syslog: { ...syslog, ...ca(syslog.ca) } }),
    ...(otlp && { otlp: posted(otlp) }),
  };
}

/** What is wrong with an address. What leaves the gateway is masked, and nobody's business all the same. */
export function sinkFindings(sinks: readonly SinkConfig[]): Finding[] {
  return sinks.flatMap(({ webhook, otlp }, index) =>
    Object.entries({ webhook, otlp }).flatMap(([kind, to]) =>
      to === undefined || isProtectedUrl(to.url)
        ? []
        : [{ path: ["sinks", index, kind, "url"], message: "http is for loopback only: write the https address." }],
    ),
  );
}

/** The place of each secret, its name as the message. */
export function sinkSecrets(sinks: readonly SinkConfig[]): Finding[] {
  return sinks.flatMap(({ webhook, otlp }, index) => [
    ...(webhook === undefined ? [] : [{ path: ["sinks", index, "webhook", "secret"], message: webhook.secret }]),
    ...Object.entries({ webhook, otlp }).flatMap(([kind, to]) =>
      Object.entries(to?.headers ?? {}).map(([name, message]) => ({
        path: ["sinks", index, kind, "headers", name],
        message,
      })),
    ),
  ]);
}
