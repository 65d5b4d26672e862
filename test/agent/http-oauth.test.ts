import { describe, expect, it, onTestFinished } from "vitest";
import { ClientCredentials } from "../../src/agent/http-oauth.ts";
import { createHttpTarget } from "../../src/agent/http-target.ts";
import { serve, type Served } from "../gateway/connections/servers.ts";
import { collect, never, rpc } from "./collect.ts";

const secret = "s3cret: with / odd & characters";

/** A token endpoint that hands out numbered tokens, or what `answer` says instead. */
async function endpoint(answer: { status?: number; body?: string } = {}): Promise<Served> {
  let handedOut = 0;
  const served = await serve((_, response) => {
    handedOut += 1;
    const token = JSON.stringify({ access_token: `token-${handedOut}`, token_type: "bearer", expires_in: 100 });
    response.writeHead(answer.status ?? 200, { "content-type": "application/json" }).end(answer.body ?? token);
  });
  onTestFinished(() => served.close());
  return served;
}

function credentials({ url }: Served, clock = { nowMs: 0 }): ClientCredentials {
  const spec = { tokenUrl: url, clientId: "agent one", clientSecret: secret, scope: "mcp" };
  return new ClientCredentials(spec, () => clock.nowMs);
}

describe("OAuth client credentials of an HTTP target", () => {
  it("asks once for all who wait, as RFC 6749 writes it", async () => {
    const served = await endpoint();
    const bearer = credentials(served);
    expect(await Promise.all([bearer.token(), bearer.token(), bearer.token()])).toEqual(Array(3).fill("token-1"));
    expect(await bearer.token()).toBe("token-1");
    expect(served.seen).toHaveLength(1);
    const [{ headers, body } = { headers: {}, body: "" }] = served.seen;
    expect(Object.fromEntries(new URLSearchParams(body))).toEqual({ grant_type: "client_credentials", scope: "mcp" });
    const basic = Buffer.from(headers.authorization?.replace("Basic ", "") ?? "", "base64").toString("utf8");
    expect(basic).toBe("agent+one:s3cret%3A+with+%2F+odd+%26+characters");
  });

  it("renews before the end, and goes on with a good token where the renewal fails", async () => {
    const answer: { status?: number } = {};
    const served = await endpoint(answer);
    const clock = { nowMs: 0 };
    const bearer = credentials(served, clock);
    expect(await bearer.token()).toBe("token-1");
    clock.nowMs = 79_999;
    expect(await bearer.token()).toBe("token-1");
    answer.status = 503;
    clock.nowMs = 80_000;
    expect(await bearer.token()).toBe("token-1");
    delete answer.status;
    expect(await bearer.token()).toBe("token-3");
    answer.status = 503;
    clock.nowMs = 200_000;
    await expect(bearer.token()).rejects.toMatchObject({ reason: "unreachable" });
  });

  it.each([
    ["a refusal", { status: 401, body: `{"error":"invalid_client","hint":"${secret}"}` }],
    ["a redirect", { status: 302, body: "" }],
    ["no JSON", { body: `token ${secret}` }],
    ["another kind of token", { body: '{"access_token":"a","token_type":"mac"}' }],
    ["a token that would break the header", { body: '{"access_token":"a\\r\\nb: c","token_type":"bearer"}' }],
    ["more than an answer holds", { body: `{"access_token":"${"a".repeat(70_000)}","token_type":"bearer"}` }],
  ])("sends nothing to the target after %s, and shows nothing of it", async (_, answer) => {
    const failure = await credentials(await endpoint(answer))
      .token()
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: "TargetError", reason: "unreachable", cause: undefined });
    expect(String(failure)).not.toContain("s3cret");
  });

  it("gets another token after the target refused one", async () => {
    const tokens = await endpoint();
    const target = await serve(({ headers }, response) => {
      const good = headers.authorization === "Bearer token-2";
      response.writeHead(good ? 200 : 401, { "content-type": "application/json" });
      response.end('{"jsonrpc":"2.0","id":1,"result":{}}');
    });
    const oauth = { tokenUrl: tokens.url, clientId: "a", clientSecret: secret };
    const session = createHttpTarget({ url: target.url, headers: {}, timeoutMs: 2000, oauth }).open("modern");
    await expect(collect(session.request(rpc(1, "ping"), {}, never()))).rejects.toMatchObject({ status: 401 });
    expect(await collect(session.request(rpc(1, "ping"), {}, never()))).toHaveLength(1);
    await session.close();
    await target.close();
  });
});
