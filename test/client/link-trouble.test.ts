import { connect as connectTls, createServer } from "node:tls";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { troubleOf, troubleOfStatus, troubleOfToken } from "../../src/client/link-trouble.ts";
import { CountersignError } from "../../src/shared/errors.ts";

const system = (code: string): Error => Object.assign(new Error("with words that are not passed on"), { code });

test.each([
  ["ENOTFOUND", "name"],
  ["EAI_AGAIN", "name"],
  ["ECONNREFUSED", "closed"],
  ["ETIMEDOUT", "silent"],
  ["ENETUNREACH", "network"],
  ["EHOSTUNREACH", "network"],
  ["ECONNRESET", "broken-off"],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", "certificate"],
  ["SELF_SIGNED_CERT_IN_CHAIN", "certificate"],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "certificate"],
  ["CERT_HAS_EXPIRED", "certificate"],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "certificate"],
])("%s means %s, and only its name is passed on", (code, kind) => {
  expect(troubleOf(system(code))).toEqual({ kind, detail: code });
});

test("of two address families that both failed the first says why", () => {
  const both = new AggregateError([system("ECONNREFUSED"), system("ENETUNREACH")]);
  expect(troubleOf(both)).toEqual({ kind: "closed", detail: "ECONNREFUSED" });
});

test("what is not known is said to be so, without its words", () => {
  expect(troubleOf(new Error("Opening handshake has timed out"))).toEqual({ kind: "silent", detail: "ETIMEDOUT" });
  expect(troubleOf(new Error("secret"))).toEqual({ kind: "network", detail: "unknown" });
  expect(troubleOf("text")).toEqual({ kind: "network", detail: "unknown" });
});

test.each([
  [401, "turned-away"],
  [403, "turned-away"],
  [404, "failing"],
  [503, "failing"],
] as const)("a refusal with %i means %s", (status, kind) => {
  expect(troubleOfStatus(status)).toEqual({ kind, detail: `HTTP ${status}` });
});

test("a token that could not be had is the sign-in's trouble, by its code alone", () => {
  const error = new CountersignError("transient", "The provider does not answer.");
  expect(troubleOfToken(error)).toEqual({ kind: "sign-in", detail: "transient" });
});

test("a real handshake without a certificate in common is told from a closed port", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  server.on("tlsClientError", () => undefined);
  const { port } = server.address() as AddressInfo;
  const failed = async (): Promise<unknown> => {
    const socket = connectTls({ host: "127.0.0.1", port, rejectUnauthorized: true });
    const [error] = (await once(socket, "error").catch((fault: unknown) => [fault])) as [unknown];
    return error;
  };
  expect(troubleOf(await failed()).kind).not.toBe("closed");
  server.close();
  await once(server, "close");
  expect(troubleOf(await failed()).kind).toBe("closed");
});
