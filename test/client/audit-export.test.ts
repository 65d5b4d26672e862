import { expect, it } from "vitest";
import { exportAudit } from "../../src/client/audit.ts";
import type { GatewayApi } from "../../src/client/gateway.ts";
import type { AuditPage } from "../../src/shared/audit-search.ts";

const none = (): never => expect.fail("only what is read is asked for");

/** A gateway whose ledger has nine entries, and whose search has read so many when each page is asked for. */
function gatewayThatRead(...indexed: readonly number[]): GatewayApi {
  const left = [...indexed];
  return {
    origin: "https://gw.example",
    get: (path, shape) => {
      if (path === "/v1/audit/checkpoint") return Promise.resolve(shape.parse({ note: "gw.example\n9\nroot\n" }));
      const page = { lines: [], names: {}, next: left.length > 1 ? 5 : null, indexed: left.shift(), entries: 9 };
      return Promise.resolve(shape.parse(page satisfies Omit<AuditPage, "indexed"> & { indexed: unknown }));
    },
    post: none,
    download: none,
    close: none,
  };
}

it("exports what a search finds once all of the ledger was read for it, and nothing that would look whole before", async () => {
  const done = await exportAudit(gatewayThatRead(9, 10), {}, "jsonl", undefined);
  expect(done).toMatchObject({ text: "" });
  const transient = { code: "transient", message: expect.stringContaining("of 9 entries") };
  await expect(exportAudit(gatewayThatRead(8), {}, "csv", undefined)).rejects.toMatchObject(transient);
  // An erasure had the index made anew between two pages.
  await expect(exportAudit(gatewayThatRead(9, 2), {}, "csv", undefined)).rejects.toMatchObject(transient);
});
