import { jsonPieces, longText } from "../../shared/json-pieces.ts";
import type { LedgerSource } from "./ledger-source.ts";

/**
 * The ledger as JSON Lines, a line each turn, newline included, a long one in several (docs/ledger.md, Export). What is stored is passed on
 * as it is, so that damage shows in the export too. Closes the source at its end.
 */
export async function* exportLedger(source: LedgerSource): AsyncGenerator<string> {
  try {
    const header = await source.header();
    const { origin, entries } = header.readable ? header : { origin: "", entries: 0 };
    yield `${JSON.stringify({ v: 1, origin, entries })}\n`;
    for (const note of await source.rotations()) yield `${JSON.stringify({ rotation: note })}\n`;
    for await (const entry of source.entries()) {
      if (!entry.readable) yield `${JSON.stringify({ unreadable: entry.what })}\n`;
      else {
        const { leaf, salt, body } = entry;
        const others = { leaf, salt: salt && Buffer.from(salt, "hex").toString("base64url") };
        if (body === null || body.length < longText) yield `${JSON.stringify({ ...others, body })}\n`;
        else {
          yield `${JSON.stringify(others).slice(0, -1)},"body":`;
          yield* jsonPieces(body, "own");
          yield "}\n";
        }
      }
    }
    for await (const checkpoint of source.checkpoints()) {
      yield `${JSON.stringify(checkpoint.readable ? { checkpoint: checkpoint.note } : { unreadable: checkpoint.what })}\n`;
    }
  } finally {
    source.close();
  }
}
