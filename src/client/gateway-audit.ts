import { join } from "node:path";
import { searchAudit } from "./audit.ts";
import type { Client } from "./client.ts";
import type { GatewayApi } from "./gateway.ts";
import { downloadSession } from "./sessions.ts";

/** What an auditor does at the profile's gateway; an export goes into a new private file of the profile's folder. Throws the gateway's codes. */
export function gatewayAudit(
  api: GatewayApi,
  directory: string,
): Pick<Client, "exportLedger" | "exportSession" | "searchLedger"> {
  return {
    async exportLedger() {
      const file = join(directory, `ledger-${crypto.randomUUID()}.jsonl`);
      await api.download("/v1/audit/export", file);
      return file;
    },
    exportSession: ({ id, format }) => downloadSession(api, directory, id, format),
    searchLedger: (asked) => searchAudit(api, asked),
  };
}
