import { expect, it } from "vitest";
import { agentFrame, parseFrame } from "../../src/shared/agent-link.ts";

const message = { jsonrpc: "2.0", method: "notifications/message", params: {} };

it.each(["1\ndata: {}\n\n", "1\rdata: {}", "1\0"])(
  "refuses the event id %j of an agent, which would put an event of its own into the client's stream",
  (eventId) => {
    expect(parseFrame(agentFrame, JSON.stringify({ type: "message", channel: 1, message, eventId }))).toBeNull();
    expect(
      parseFrame(agentFrame, JSON.stringify({ type: "message", channel: 1, message, eventId: "1" })),
    ).not.toBeNull();
  },
);
