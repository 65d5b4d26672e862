import { z } from "zod";
import { entryKind, isNeverErased } from "../shared/entry-kind.ts";
import { configName as name } from "../shared/target-config.ts";
import { duration } from "./config-duration.ts";
import type { Finding } from "./config-places.ts";
import type { Config } from "./config-schema.ts";
import { globMatcher } from "./policy/glob.ts";
import { retentionRules } from "./retention/rules.ts";

const dayMs = 86_400_000;

/** Shorter, and what a call or an approval still needs might go; longer than any record has to be kept is a slip of the pen. */
const keep = duration.refine((ms) => ms >= dayMs && ms <= 36_500 * dayMs, "Entries are kept from 1d to 36500d");

const kinds = z
  .array(z.string().regex(/^[a-z*?][a-z._*?-]*$/, "Write a kind of entry, such as call.response, or call.*"))
  .min(1);

/** How long the bodies of the ledger's entries are kept: by the first rule that fits, else by `default`, else for ever. */
export const retention = z
  .strictObject({
    default: keep.optional(),
    rules: z
      .array(
        z.strictObject({
          name,
          connections: z.array(z.string().min(1)).min(1).optional(),
          kinds: kinds.optional(),
          keep,
        }),
      )
      .default([]),
  })
  .optional();
export type RetentionConfig = NonNullable<z.infer<typeof retention>>;

/** Rules that fit nothing, or that would keep an answer longer than the request that says whose it is. */
export function retentionFindings({ retention: config, connections }: Config): Finding[] {
  if (config === undefined) return [];
  const rules = retentionRules(config);
  const seen = new Set<string>();
  const twice = config.rules.flatMap(({ name }, index): Finding[] => {
    const known = seen.has(name);
    seen.add(name);
    const path = ["retention", "rules", index, "name"];
    return known ? [{ path, message: "Another one has this already: choose a different one." }] : [];
  });
  const ofRules = config.rules.flatMap(({ kinds: globs = [] }, index) =>
    globs.flatMap((glob, position): Finding[] => {
      const path = ["retention", "rules", index, "kinds", position];
      const fitting = entryKind.options.filter(globMatcher(glob));
      if (fitting.length === 0)
        return [{ path, message: "No kind of entry matches this: docs/ledger-entries.md lists them." }];
      if (fitting.every(isNeverErased)) return [{ path, message: "Entries of this kind are never erased." }];
      return [];
    }),
  );
  const longer = connections.find(({ name: connection }) => {
    const request = rules.of("call.request", connection)?.keepMs ?? Infinity;
    return (rules.of("call.response", connection)?.keepMs ?? Infinity) > request;
  });
  if (longer === undefined) return [...twice, ...ofRules];
  const message = `On ${longer.name} a call.response is kept longer than its call.request, which says whose it is: keep it as long at most.`;
  return [...twice, ...ofRules, { path: ["retention"], message }];
}
