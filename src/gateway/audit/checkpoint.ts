import { rotationText } from "../../shared/ledger-keys.ts";
import type { GatewayKeys, LedgerKey } from "../keys.ts";
import { type Tree, treeRoot } from "./merkle.ts";

/** Older checkpoints stay at each multiple of this many entries. */
export const checkpointEvery = 256;

/** Signs the tree's head as a note (C2SP signed-note): text, empty line, `— ORIGIN BASE64(keyhash ‖ signature)`. */
export function signCheckpoint(origin: string, keys: GatewayKeys, tree: Tree): string {
  const text = checkpointText(origin, tree);
  return `${text}\n${signatureLine(origin, keys.verifierKey(origin), keys.signLedger(Buffer.from(text)))}`;
}

/** The note by which the ledger's key hands over to the next after so many entries: signed by both (docs/ledger.md, Keys). */
export function signRotation(origin: string, keys: GatewayKeys, next: LedgerKey, size: number): string {
  const [from, to] = [keys.verifierKey(origin), next.verifierKey(origin)];
  const text = rotationText(origin, { size, from, to });
  const bytes = Buffer.from(text);
  const lines = [signatureLine(origin, from, keys.signLedger(bytes)), signatureLine(origin, to, next.sign(bytes))];
  return `${text}\n${lines.join("")}`;
}

function signatureLine(origin: string, verifierKey: string, signed: Uint8Array): string {
  const keyHash = Buffer.from(verifierKey.slice(origin.length + 1, origin.length + 9), "hex");
  return `— ${origin} ${Buffer.concat([keyHash, signed]).toString("base64")}\n`;
}

/** What a checkpoint says before it is signed (C2SP tlog-checkpoint): origin, size, root, a line each. */
function checkpointText(origin: string, tree: Tree): string {
  return `${origin}\n${tree.size}\n${treeRoot(tree).toString("base64")}\n`;
}

/** Size and root that a checkpoint states, whoever signed it. */
export function statedHead(note: string): { readonly size: number; readonly root: string } {
  const [, size, root] = note.split("\n");
  return { size: Number(size), root: root ?? "" };
}
