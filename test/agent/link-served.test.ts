import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { ServedLink } from "../../src/agent/link-served.ts";
import { channelWindow } from "../../src/shared/agent-link.ts";
import { TargetError, type Target, type TargetMessage } from "../../src/shared/target.ts";
import { notification, rpc } from "./collect.ts";

const half = "x".repeat(channelWindow / 2);

/** A link to a target that says half a window at a time, for as long as somebody takes it; `taken` counts. */
function endless(transport: Target["transport"] = "http", silent = false) {
  const state = { taken: 0, ended: false, closed: false };
  async function* talk(_: unknown, __: unknown, signal: AbortSignal): AsyncGenerator<TargetMessage> {
    try {
      if (silent) await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
      for (;;) {
        state.taken += 1;
        yield { message: notification("notifications/message", { data: half }) };
      }
    } finally {
      state.ended = true;
    }
  }
  const target: Target = {
    transport,
    open: () => ({
      request: talk,
      listen: talk,
      notify: async () => undefined,
      close: async () => void (state.closed = true),
    }),
    close: async () => undefined,
  };
  const said: { type: string; channel: number; [fact: string]: unknown }[] = [];
  const reach = (connection: string): Target => {
    if (connection !== "c") throw new TargetError("unreachable", `There is no connection ${connection}.`);
    return target;
  };
  const link = new ServedLink(
    reach,
    async (text) => void said.push(JSON.parse(text)),
    (error) => expect.fail(String(error)),
  );
  const open = (connection = "c", timeoutMs = 1000): void =>
    link.take({ type: "open", session: "1", connection, era: "modern", timeoutMs });
  const ask = (channel: number): void =>
    link.take({ type: "request", session: "1", channel, message: rpc(1, "tools/call"), headers: {} });
  return { link, state, said, open, ask };
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await setImmediate();
}

describe("the agent's end of a link", () => {
  it("takes no more from a target than the gateway's reader uses", async () => {
    const { link, state, said, open, ask } = endless();
    open();
    ask(1);
    await settled();
    expect(said.length).toBe(2);
    expect(state.taken).toBe(3); // the third waits for credit
    link.take({ type: "credit", channel: 1, characters: JSON.stringify(said[0]).length });
    await settled();
    expect(said.length).toBe(3);
    link.take({ type: "cancel", channel: 1 });
    await settled();
    expect(state.ended).toBe(true);
    expect(said.length).toBe(3);
  });

  it("ends conversations and channels with the link", async () => {
    const { link, state, open, ask } = endless();
    open();
    ask(1);
    await settled();
    await link.end();
    await settled();
    expect(state).toMatchObject({ ended: true, closed: true });
  });

  it("says which connection it doesn't have, and which session has ended", async () => {
    const { said, open, ask, link } = endless();
    open("other");
    ask(1);
    link.take({ type: "close", session: "1" });
    ask(2);
    await settled();
    expect(said).toEqual([
      { type: "error", channel: 1, reason: "unreachable", message: "There is no connection other." },
      { type: "error", channel: 2, reason: "session-lost", message: "The session has ended.", status: 404 },
    ]);
  });

  it("gives a stdio target up after the silence that the gateway allows", async () => {
    const { said, open, ask } = endless("stdio", true);
    open("c", 20);
    ask(1);
    while (said.length === 0) await setImmediate();
    expect(said).toMatchObject([{ type: "error", channel: 1, reason: "timeout" }]);
  });
});
