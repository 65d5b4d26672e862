import { z } from "zod";
import type { Finding } from "./config-places.ts";

/** A service and who answers for it: a person by id, or everybody in a group. */
export const service = z
  .strictObject({
    /** `ISSUER:KEY`, as the ledger names it. */
    id: z.string().min(1),
    owner: z.string().min(1).optional(),
    ownerGroup: z.string().min(1).optional(),
  })
  .refine(
    ({ owner, ownerGroup }) => (owner === undefined) !== (ownerGroup === undefined),
    "A service has one owner: write either owner, a person's id, or ownerGroup",
  );
type Service = z.infer<typeof service>;

interface Asked {
  readonly services: readonly Service[];
  readonly identities: readonly (readonly string[])[];
  readonly issuers: readonly { readonly name: string; readonly workloads?: readonly string[] | undefined }[];
}

/** What is wrong with `services:` beside the other settings. */
export function serviceFindings({ services, identities, issuers }: Asked): readonly Finding[] {
  const seen = new Set<string>();
  const isId = (id: string) => issuers.some(({ name }) => id.startsWith(`${name}:`) && id.length > name.length + 1);
  const wrong = "An id is ISSUER:KEY, and no issuer of this file has that name.";
  return services.flatMap(({ id, owner }, index): Finding[] => {
    const at = (member: string, message: string) => [{ path: ["services", index, member], message }];
    if (!isId(id)) return at("id", wrong);
    if (seen.has(id)) return at("id", "This service stands here twice: it has one owner.");
    seen.add(id);
    if (owner === undefined) return [];
    if (!isId(owner)) return at("owner", wrong);
    if (owner === id || identities.some((ids) => ids.includes(id) && ids.includes(owner)))
      return at("owner", "A service can't answer for itself: name a person.");
    return [];
  });
}

/** The workloads that are let in by name and for which nobody answers. */
export function unownedWorkloads({ services, issuers }: Asked): readonly string[] {
  const all = issuers.flatMap(({ name, workloads }) => (workloads ?? []).map((key) => `${name}:${key}`));
  return all.filter((id) => !services.some((each) => each.id === id));
}
