import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type GatewayKeys, loadKeys } from "../../../src/gateway/keys.ts";
import { openStore } from "../../../src/gateway/store/open-store.ts";
import { origin } from "./origin.ts";
import type { ApprovalRecord, Store } from "../../../src/gateway/store/store.ts";

export { origin };

/** A folder that goes with the test. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "countersign-store-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface Scratch {
  readonly data: string;
  readonly keys: GatewayKeys;
  readonly verifierKey: string;
  /** Opens the store; it is closed with the test where the test didn't. */
  readonly open: () => Promise<Store>;
}

/** Data and keys side by side in a scratch folder, under a clock that stands still. */
export async function scratch(): Promise<Scratch> {
  const folder = scratchFolder();
  const data = join(folder, "data");
  const keys = await loadKeys(join(folder, "keys"));
  const open = async () => {
    const store = await openStore({ folder: data, keys, origin, now: () => 1_800_000_000_000 });
    onTestFinished(() => store.close().catch(() => undefined));
    return store;
  };
  return { data, keys, verifierKey: keys.verifierKey(origin), open };
}

/** A pending approval; `change` overrides what a test is about. */
export function approval(
  id: string,
  change: Partial<Omit<ApprovalRecord, "revision">> = {},
): Omit<ApprovalRecord, "revision"> {
  return {
    id,
    state: "pending",
    requester: { id: "demo:ada", kind: "user", name: "Ada", groups: ["engineers"] },
    client: null,
    device: null,
    connection: "files",
    tool: "write_file",
    description: null,
    annotations: null,
    fingerprint: "f",
    payload: { arguments: { path: "notes.txt" }, hidden: [] },
    argumentsDigest: "d",
    rule: { name: "writes", version: "1", why: "" },
    risk: "medium",
    approvers: ["approvers"],
    steps: [{ approvers: ["approvers"], need: "any" }],
    decisions: [],
    wrongNumbers: [],
    createdAtMs: 1,
    expiresAtMs: 2,
    reuseUntilMs: null,
    decision: null,
    outcome: null,
    person: "demo:ada",
    lookup: id,
    ...change,
  };
}
