import { describe, expect, it } from "vitest";
import { parseTraceContext } from "../../../src/gateway/telemetry/trace-context.ts";

const trace = "0af7651916cd43dd8448eb211c80319c";
const span = "b7ad6b7169203331";

describe("a traceparent", () => {
  it.each([
    [`00-${trace}-${span}-01`, true],
    [`00-${trace}-${span}-00`, false],
    [`00-${trace}-${span}-03`, true],
    [`cc-${trace}-${span}-01-what-the-future-will-bring`, true],
  ])("is read: %s", (text, sampled) => {
    expect(parseTraceContext(text, "a=1")).toEqual({ traceId: trace, spanId: span, sampled, state: "a=1" });
  });

  it.each([
    ["of a forbidden version", `ff-${trace}-${span}-01`],
    ["with more than version 00 has", `00-${trace}-${span}-01-x`],
    ["in upper case", `00-${trace.toUpperCase()}-${span}-01`],
    ["of a trace of zeros", `00-${"0".repeat(32)}-${span}-01`],
    ["of a span of zeros", `00-${trace}-${"0".repeat(16)}-01`],
    ["sent twice", `00-${trace}-${span}-01, 00-${trace}-${span}-01`],
    ["with a line break", `00-${trace}-${span}-01\n`],
    ["that is too long", `cc-${trace}-${span}-01-${"x".repeat(300)}`],
    ["that is no text", 7],
  ])("%s is ignored", (_, value) => {
    expect(parseTraceContext(value, undefined)).toBeNull();
  });

  it("keeps no tracestate that is too long or holds control characters", () => {
    for (const state of ["a".repeat(513), "a=\r\nx", 7])
      expect(parseTraceContext(`00-${trace}-${span}-01`, state)?.state).toBe("");
  });
});
