import { ParamHeaders } from "../../../shared/param-headers.ts";
import type { Target } from "../../../shared/target.ts";

const known = new WeakMap<Target, ParamHeaders>();

/** What is known of one target's tools. */
export function paramHeadersOf(target: Target): ParamHeaders {
  const found = known.get(target) ?? new ParamHeaders();
  known.set(target, found);
  return found;
}
