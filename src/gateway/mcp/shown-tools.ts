import type { Target } from "../../shared/target.ts";
import type { DeclaredTool } from "./catalogue.ts";

/** Of one target, by tool and principal; what was shown longest ago goes first. */
const most = 10_000;

/**
 * Which tools a principal's clients were last shown otherwise than accepted. A server can tell the gateway's own looks from its clients'
 * lists, and could declare to each what it wants to hear.
 */
export class ShownTools {
  readonly #targets = new WeakMap<Target, Map<string, DeclaredTool>>();

  /** A list that passes to this principal has the tool so; `accepted` is the fingerprint that calls are let through with. */
  note(target: Target, principal: string, tool: DeclaredTool, accepted: string | undefined): void {
    const shown = this.#targets.get(target) ?? new Map<string, DeclaredTool>();
    this.#targets.set(target, shown);
    const key = keyOf(principal, tool.name);
    shown.delete(key);
    if (tool.fingerprint !== accepted) shown.set(key, tool);
    const [oldest] = shown.keys();
    if (shown.size > most && oldest !== undefined) shown.delete(oldest);
  }

  /** What this principal was shown of the tool last; undefined where that was as accepted then, or nothing. */
  of(target: Target, principal: string, name: string): DeclaredTool | undefined {
    return this.#targets.get(target)?.get(keyOf(principal, name));
  }

  /** What anybody was shown otherwise than accepted then, the newest last. */
  all(target: Target): readonly DeclaredTool[] {
    return [...(this.#targets.get(target)?.values() ?? [])];
  }
}

function keyOf(principal: string, name: string): string {
  return JSON.stringify([principal, name]);
}
