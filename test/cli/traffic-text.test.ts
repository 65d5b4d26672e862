import { expect, it } from "vitest";
import { trafficLines } from "../../src/cli/traffic-text.ts";
import { signedIn } from "../support/console/states.ts";

it("counts the calls of clients that are gone, as each call from a terminal is, in one row for a connection", () => {
  const line = { connection: "files", calls: 1, errors: 0, lastAtMs: 0 };
  const lines = ["a", "b", "c"].map((client, at) => ({
    ...line,
    client,
    errors: at === 1 ? 1 : 0,
    lastAtMs: at * 1000,
  }));
  const traffic = {
    sinceMs: 0,
    lines: [...lines, { ...line, client: "d", connection: "crm" }],
    troubles: [],
    programs: [],
  };
  const told = trafficLines(signedIn([], { clients: [], traffic }));
  expect(told.filter((row) => row.startsWith("countersign call, or a removed client"))).toEqual([
    expect.stringMatching(/ files +3 +1 +1970-01-01T00:00:02/),
    expect.stringMatching(/ crm +1 +0 /),
  ]);
});
