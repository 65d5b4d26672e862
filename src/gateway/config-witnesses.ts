import { z } from "zod";
import { isProtectedUrl } from "../shared/protected-url.ts";
import { configName as name } from "../shared/target-config.ts";
import type { Finding } from "./config-places.ts";
import { parseWitnessKey } from "./witnesses/cosignature.ts";

/** Somebody else who signs that the ledger only grew (C2SP tlog-witness). */
export const witness = z.strictObject({
  name,
  /** The submission prefix. */
  url: z.url(),
  /** The witness's own public key, from where the gateway's operator can't change it. */
  key: z
    .string()
    .refine(
      (text) => parseWitnessKey(text) !== null,
      "This is no key of a witness: NAME+HASH+KEY, for cosignatures by Ed25519",
    ),
  /** A PEM file with the authority that signed the witness's certificate, where the system doesn't know it. */
  ca: z.string().optional(),
});
export type WitnessConfig = z.infer<typeof witness>;

/** What is wrong with an address: a checkpoint is no secret, but whoever answers in a witness's place could keep it from seeing one. */
export function witnessFindings(witnesses: readonly WitnessConfig[]): Finding[] {
  return witnesses.flatMap(({ url }, index) =>
    isProtectedUrl(url)
      ? []
      : [{ path: ["witnesses", index, "url"], message: "http is for loopback only: write the https address." }],
  );
}
