import type { Role } from "../../shared/principal.ts";
import type { Config } from "../config-schema.ts";

/** The roles that these groups have by `roles:` in gateway.yaml. */
export function rolesOf(roles: Config["roles"], groups: readonly string[]): readonly Role[] {
  return (["admin", "auditor"] as const).filter((role) => roles[role].some((group) => groups.includes(group)));
}
