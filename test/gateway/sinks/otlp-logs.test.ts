import { expect, it } from "vitest";
import type { Json } from "../../../src/shared/json.ts";
import { logsRequest, recordText } from "../../../src/gateway/sinks/otlp-logs.ts";

/** The body of the one record that this value's event becomes. */
function bodyOf(value: Json): unknown {
  const event = { id: "gw#1", seq: 1, atMs: 1_790_000_000_000, kind: "call.request", severity: 1, event: { value } };
  const { resourceLogs } = JSON.parse(logsRequest([recordText(event)], "gw")) as {
    resourceLogs: { scopeLogs: { logRecords: { body: { kvlistValue: { values: { value: unknown }[] } } }[] }[] }[];
  };
  return resourceLogs[0]?.scopeLogs[0]?.logRecords[0]?.body.kvlistValue.values[0]?.value;
}

it.each<[Json, object]>([
  ["text", { stringValue: "text" }],
  ["", { stringValue: "" }],
  [true, { boolValue: true }],
  [0, { intValue: "0" }],
  [-7, { intValue: "-7" }],
  [2 ** 53, { doubleValue: 2 ** 53 }],
  [0.5, { doubleValue: 0.5 }],
  [null, {}],
  [[], { arrayValue: { values: [] } }],
  [[1, null], { arrayValue: { values: [{ intValue: "1" }, {}] } }],
  [{ a: "b" }, { kvlistValue: { values: [{ key: "a", value: { stringValue: "b" } }] } }],
])("writes %j as OTLP's JSON has it", (value, written) => {
  expect(bodyOf(value)).toEqual(written);
});

it("writes what is nested deeper than receivers take as text, and loses nothing of it", () => {
  const nested = (levels: number): Json => (levels === 0 ? "end" : [nested(levels - 1)]);
  let value = bodyOf(nested(200)) as { arrayValue?: { values: [never] }; stringValue?: string };
  let levels = 0;
  for (; value.arrayValue !== undefined; levels += 1) [value] = value.arrayValue.values;
  expect(levels).toBeLessThan(30);
  expect(JSON.parse(value.stringValue ?? "")).toEqual(nested(200 - levels));
});
