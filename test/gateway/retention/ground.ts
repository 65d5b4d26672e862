import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { RetentionConfig } from "../../../src/gateway/config-retention.ts";
import { loadKeys, type GatewayKeys } from "../../../src/gateway/keys.ts";
import { Retention } from "../../../src/gateway/retention/retention.ts";
import { LedgerSearch } from "../../../src/gateway/search/search.ts";
import { openStore } from "../../../src/gateway/store/open-store.ts";
import type { Store } from "../../../src/gateway/store/store.ts";
import type { ErasureView, ErasureWish } from "../../../src/shared/retention.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { exportLedger } from "../../../src/gateway/audit/export.ts";
import { openSource } from "../../../src/gateway/audit/source.ts";
import { verifyLedger } from "../../../src/gateway/audit/verify.ts";
import { eventually } from "../../support/eventually.ts";
import { findWrongPlaces } from "../../support/ledger-verifier.ts";
import { origin } from "../store/origin.ts";
import { scratchFolder } from "../store/scratch.ts";

export const dayMs = 86_400_000;

/** A store with its retention and search, under a clock that a test moves. */
export interface Ground {
  readonly data: string;
  readonly keys: GatewayKeys;
  readonly store: () => Store;
  readonly retention: () => Retention;
  readonly search: () => LedgerSearch;
  /** How often what calls refer to was to be recorded again. */
  readonly forgotten: () => number;
  config: RetentionConfig | undefined;
  nowMs: number;
  /** By hand, by `staff:root`, to its end. */
  erase(wish: ErasureWish): Promise<Pick<ErasureView, "erased" | "held" | "inForce">>;
  /** Looks through the ledger, an hour later, until all that is due is gone. */
  sweep(): Promise<void>;
  restart(): Promise<void>;
}

export async function openGround(config?: RetentionConfig): Promise<Ground> {
  const folder = scratchFolder();
  const keys = await loadKeys(join(folder, "keys"));
  const data = join(folder, "data");
  let forgotten = 0;
  const open = async (): Promise<{ store: Store; retention: Retention; search: LedgerSearch }> => {
    const store = await openStore({ folder: data, keys, origin, now: () => ground.nowMs });
    const search = new LedgerSearch(data);
    const retention = new Retention({
      store,
      folder: data,
      config: () => ground.config,
      personOf: (id) => (id === "okta:ann" ? "staff:ann" : id),
      forget: () => search.forget(),
      erasedByHand: () => {
        forgotten += 1;
      },
      now: () => ground.nowMs,
      log: ({ event, error }) => {
        throw new Error(event, { cause: error });
      },
    });
    return { store, retention, search };
  };
  const close = async (): Promise<void> => {
    await parts.retention.close();
    await parts.search.close();
    await parts.store.close();
  };
  const ground: Ground = {
    data,
    keys,
    store: () => parts.store,
    retention: () => parts.retention,
    search: () => parts.search,
    forgotten: () => forgotten,
    config,
    nowMs: 1_800_000_000_000,
    async erase(wish) {
      const { id } = parts.retention.byHand.begin("staff:root", wish);
      return await eventually(() => {
        const view = parts.retention.byHand.get(id);
        if (view?.state !== "done") throw new Error(`it is ${view?.state}`);
        const { erased, held, inForce } = view;
        return { erased, held, inForce };
      });
    },
    async sweep() {
      ground.nowMs += 3_600_000;
      await eventually(() => {
        parts.retention.sweep();
        if (!parts.retention.isIdle) throw new Error("still at it");
      });
    },
    async restart() {
      await close();
      parts = await open();
      await parts.store.commit((writes) => writes.append("gateway.started", { origin }));
    },
  };
  let parts = await open();
  onTestFinished(() => close().catch(() => undefined));
  return ground;
}

/** A call and its answer, two entries. */
export async function addCall(
  ground: Ground,
  about: { call: string; connection: string; who?: string; text?: string },
): Promise<void> {
  const { call, connection, who = "staff:erin", text = "" } = about;
  const request = {
    call,
    principal: { id: who, kind: "user", name: "Erin", state: "s" },
    connection,
    method: "tools/call",
    name: "tool",
    params: { arguments: { text } },
  };
  await ground.store().commit((writes) => writes.append("call.request", request));
  const response: JsonObject = { call, outcome: "ok", ms: 1, bytes: 2, response: { result: { text } } };
  await ground.store().prepare(response);
  await ground.store().commit((writes) => writes.append("call.response", response));
}

/** The numbers of entries that have no body, as an export of the folder has them. */
export async function erasedIn({ data }: Ground): Promise<readonly number[]> {
  const source = await openSource(data);
  const gone: number[] = [];
  let seq = 0;
  for await (const entry of source.entries()) {
    if (entry.readable && entry.body === null) gone.push(seq);
    seq += 1;
  }
  source.close();
  return gone;
}

/** What either verifier finds, in the folder and in an export of it; nothing where all is whole. */
export async function findings({ data, keys }: Ground, write: (text: string) => string): Promise<readonly string[]> {
  const verifierKey = keys.verifierKey(origin);
  let text = "";
  for await (const part of exportLedger(await openSource(data))) text += part;
  const found: string[] = [];
  for (const path of [data, write(text)]) {
    const report = await verifyLedger(await openSource(path), { verifierKey });
    found.push(...(report.ok ? [] : report.findings.map(({ place, what }) => `${place}: ${what}`)));
    found.push(...findWrongPlaces(path, verifierKey));
  }
  return found;
}

/** The files under this folder in which the text stands. */
export function filesWith(folder: string, text: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map((each) => join(each.parentPath, each.name))
    .filter((path) => readFileSync(path).includes(text) || path.includes(text));
}
