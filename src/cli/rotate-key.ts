import { loadConfig } from "../gateway/config.ts";
import { makeNextKey } from "../gateway/keys.ts";
import type { Terminal } from "./terminal.ts";

/** Makes the key that a gateway's ledger is signed by from its next start on. Throws CountersignError `configuration` where one waits already. */
export async function rotateKey(file: string, terminal: Terminal): Promise<void> {
  const { config } = await loadConfig(file);
  const next = await makeNextKey(config.keys);
  const verifierKey = next.verifierKey(new URL(config.publicUrl).host);
  terminal.answer({ next: verifierKey }, [
    `The ledger's next key is ${verifierKey}`,
    "It takes over when the gateway starts again, and overwrites the present one: back up the keys folder before.",
  ]);
}
