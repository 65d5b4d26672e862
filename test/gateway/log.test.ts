import { expect, it } from "vitest";
import { logTo } from "../../src/gateway/log.ts";

it("a log line keeps what others said from steering the terminal it is read on", () => {
  const written: string[] = [];
  const why = "gone\u009b2J\u001b[2J\u202e\u200b é";
  logTo(
    (text) => void written.push(text),
    () => 0,
  )({ level: "warn", event: "agent.disconnected", why });
  expect(written.join("")).toMatch(/^[\u0020-\u007e\u00e9]+\n$/);
  expect(JSON.parse(written.join(""))).toMatchObject({ event: "agent.disconnected", why });
});
