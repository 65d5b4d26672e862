import type { ClientClaim } from "../shared/client-claim.ts";
import { visibleLine } from "../shared/visible.ts";

/** How a client named itself, as a cell of a table, in quotes: it is its own word. */
export function claimText(claimed: ClientClaim | null | undefined): string {
  if (claimed === null || claimed === undefined) return "not seen yet";
  const version = claimed.version === null ? "" : ` ${visibleLine(claimed.version, 20)}`;
  return `"${visibleLine(claimed.name, 40)}${version}"`;
}
