import { expect, it } from "vitest";
import { logTo } from "../../src/gateway/log.ts";
import { CountersignError } from "../../src/shared/errors.ts";

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

it("a log line of a store that failed says what its own fault was, which nobody could find otherwise; other causes stay out", () => {
  const written: string[] = [];
  const log = logTo(
    (text) => void written.push(text),
    () => 0,
  );
  const cause = new Error("database disk image is malformed");
  log({
    level: "error",
    event: "request.failed",
    error: new CountersignError("store_failed", "No search now.", { cause }),
  });
  log({ level: "error", event: "request.failed", error: new CountersignError("target_failed", "It fell.", { cause }) });
  expect(written[0]).toContain("No search now.");
  expect(written[0]).toContain("database disk image is malformed");
  expect(written[1]).not.toContain("malformed");
});
