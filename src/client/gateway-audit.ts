import { join } from "node:path";
import { auditPage } from "../shared/audit-search.ts";
import type { Client } from "./client.ts";
import type { GatewayApi } from "./gateway.ts";

/** What an auditor does at the profile's gateway; an export goes into a new private file of the profile's folder. Throws the gateway's codes. */
export function gatewayAudit(api: GatewayApi, directory: string): Pick<Client, "exportLedger" | "searchLedger"> {
  return {
    async exportLedger() {
      const file = join(directory, `ledger-${crypto.randomUUID()}.jsonl`);
      await api.download("/v1/audit/export", file);
      return file;
    },
    async searchLedger({ before, limit, ...query }) {
      const asked = new URLSearchParams();
      for (const [name, value] of Object.entries({ ...query, before, limit }))
        if (value !== null && value !== undefined) asked.set(name, String(value));
      return await api.get(`/v1/audit/entries?${asked.toString()}`, auditPage);
    },
  };
}
