import type { GatewayKeys } from "../keys.ts";
import { type Tree, treeRoot } from "./merkle.ts";

/** Older checkpoints stay at each multiple of this many entries. */
export const checkpointEvery = 256;

/** Signs the tree's head as a note (C2SP signed-note): text, empty line, `— ORIGIN BASE64(keyhash ‖ signature)`. */
export function signCheckpoint(origin: string, keys: GatewayKeys, tree: Tree): string {
  const text = checkpointText(origin, tree);
  const keyHash = Buffer.from(keys.verifierKey(origin).slice(origin.length + 1, origin.length + 9), "hex");
  const signature = Buffer.concat([keyHash, keys.signLedger(Buffer.from(text))]);
  return `${text}\n— ${origin} ${signature.toString("base64")}\n`;
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
