import { z } from "zod";

/** Who answers for a service: a person by id, or everybody in a group. */
export const owner = z.object({ kind: z.enum(["person", "group"]), id: z.string() });

/** What others see of a principal. `id` is `ISSUER-NAME:KEY`, KEY being `sub` (OIDC), `tid:oid` (Entra) or `uid` (Okta). */
export const principalView = z.object({
  id: z.string(),
  kind: z.enum(["user", "service"]),
  name: z.string(),
  groups: z.array(z.string()),
  /** Of a service; absent where nobody answers for it. */
  owner: owner.optional(),
});
export type PrincipalView = z.infer<typeof principalView>;

/** What `roles:` of gateway.yaml lets a principal do beside calls and decisions: to run the gateway, or to read what it recorded. */
export const role = z.enum(["admin", "auditor"]);
export type Role = z.infer<typeof role>;
