import { describe, expect, it } from "vitest";
import type { LogLine } from "../../../src/gateway/log.ts";
import { FailureLog } from "../../../src/gateway/mcp/failure-log.ts";
import { TargetError } from "../../../src/shared/target.ts";

describe("the log of failing targets", () => {
  it("says each connection's reason at most once a minute, and no ordinary end of a session", () => {
    const lines: LogLine[] = [];
    let nowMs = 0;
    const failures = new FailureLog(
      (line) => void lines.push(line),
      () => nowMs,
    );
    const unreachable = new TargetError("unreachable", "The target can't be reached (ECONNREFUSED).");
    failures.failed("files", unreachable);
    failures.failed("files", unreachable);
    failures.failed("web", new TargetError("http", "The target answered with status 500.", { status: 500 }));
    failures.failed("web", new TargetError("session-lost", "The target has ended the session."));
    nowMs = 60_000;
    failures.failed("files", unreachable);
    const files = { level: "warn", event: "target.failed", connection: "files", reason: "unreachable" };
    expect(lines).toMatchObject([files, { connection: "web", reason: "http", status: 500 }, files]);
    expect(lines[0]).toMatchObject({ why: "The target can't be reached (ECONNREFUSED)." });
  });
});
