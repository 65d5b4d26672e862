import { toFailure } from "../shared/errors.ts";
import type { Conversations } from "./conversations.ts";
import type { Heard } from "./heard.ts";
import { headerValues } from "./loopback-guard.ts";
import { refusalOf, type Traffic } from "./traffic.ts";
import type { Asked } from "./upstream/upstream.ts";

/** The same conversations, with what goes through them counted. Nothing is judged by it, and no answer is read. */
export function counted(conversations: Conversations, traffic: Traffic): Conversations {
  return {
    knows: (asked, client) => conversations.knows(asked, client),
    async ask(asked, client) {
      if (asked.method !== "POST") return await conversations.ask(asked, client);
      const { connection, signal } = asked;
      const { round } = traffic;
      const call = isCall(asked);
      if (call) traffic.called(client, connection);
      const failed = (error: unknown): void => {
        if (!signal.aborted && traffic.round === round)
          traffic.failed({ client, connection, ...toFailure(error) }, call);
      };
      try {
        const answer = await conversations.ask(asked, client);
        const refusal = refusalOf(answer.status);
        if (refusal !== null) traffic.failed({ client, connection, ...refusal }, call);
        // What has come whole breaks off no more.
        return answer.whole instanceof Buffer ? answer : watched(answer, failed);
      } catch (error) {
        failed(error);
        throw error;
      }
    },
  };
}

/** An answer that breaks off is a failure as well. */
function watched(answer: Heard, failed: (error: unknown) => void): Heard {
  const { status, headers, isAnew } = answer;
  return {
    status,
    headers,
    isAnew,
    pass: (into) =>
      answer.pass(into).catch((error: unknown) => {
        failed(error);
        throw error;
      }),
    text: (mostBytes) => answer.text(mostBytes),
    drop: () => answer.drop(),
  };
}

const calls: ReadonlySet<string> = new Set(["tools/call", "resources/read", "prompts/get"]);

/** Whether it is a call under policy, by its header where there is one, otherwise by a glance; what is too long for that is one. */
function isCall({ headers, body }: Asked): boolean {
  const [method] = headerValues(headers, "mcp-method");
  if (method !== undefined) return calls.has(method);
  if (!Buffer.isBuffer(body)) return true;
  return body.includes('"tools/call"') || body.includes('"resources/read"') || body.includes('"prompts/get"');
}
