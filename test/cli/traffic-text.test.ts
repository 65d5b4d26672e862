import { expect, it } from "vitest";
import { heldFacts, trafficLines } from "../../src/cli/traffic-text.ts";
import { held, signedIn } from "../support/console/states.ts";

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
    expect.stringMatching(/ files +3 +0 +1 +1970-01-01T00:00:02/),
    expect.stringMatching(/ crm +1 +0 +0 /),
  ]);
});

it("says of each held call through which client it came and what it waits for, and counts it beside its calls", () => {
  const mine = {
    relation: "requester",
    connection: "files",
    tool: "write_file",
    expiresAtMs: 0,
    device: "dev_5Yt1",
  } as const;
  const state = signedIn(
    [
      held({ ...mine, via: "Cursor" }),
      held({ ...mine, via: "notes (stdio, unverified)", state: "approved" }),
      held({ ...mine, via: "gone", connection: "crm", state: "claimed" }),
      held({ ...mine, via: "Cursor", state: "executed" }),
      held({ ...mine, via: "Cursor", device: "dev_elsewhere", connection: "crm" }),
    ],
    {
      clients: [
        { id: "c1", name: "Cursor", createdAtMs: 0, lastUsedAtMs: 1 },
        { id: "c2", name: "notes", createdAtMs: 0, lastUsedAtMs: 1, unverified: true },
      ],
      traffic: {
        sinceMs: 0,
        lines: [{ client: "c1", connection: "files", calls: 7, errors: 0, lastAtMs: 0 }],
        troubles: [],
      },
    },
  );
  const told = trafficLines(state);
  expect(told.filter((row) => row.startsWith("Held"))).toEqual([
    "Held     write_file on files by Cursor, denied by itself at 1970-01-01T00:00:00.000Z",
    "Held     write_file on files by notes, approved: runs when the client makes the identical call again",
    "Held     write_file on crm, running",
    "Held     write_file on crm, denied by itself at 1970-01-01T00:00:00.000Z",
  ]);
  const rows = told.slice(2, 5);
  expect(rows).toEqual([
    expect.stringMatching(/^Cursor +files +7 +1 +0 +1970/),
    expect.stringMatching(/^notes +files +0 +1 +0 *$/),
    expect.stringMatching(/^countersign call, or a removed client +crm +0 +2 +0 *$/),
  ]);
  expect(heldFacts(state).map(({ client, state: of }) => [client, of])).toEqual([
    ["Cursor", "waits"],
    ["notes", "approved"],
    [null, "running"],
    [null, "waits"],
  ]);
});
