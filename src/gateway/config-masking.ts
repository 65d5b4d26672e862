import { z } from "zod";
import { fieldProblem } from "./masking/fields.ts";
import { binaryModes, detectorNames, maskModes, usualDetectors } from "./masking/kinds.ts";
import { patternProblem } from "./masking/patterns.ts";

const mode = z.enum(maskModes);
const detector = z.enum(detectorNames);

const fieldName = z
  .string()
  .min(1)
  .refine((name) => fieldProblem(name) === null, { error: ({ input }) => fieldProblem(String(input)) ?? "" });

/** A field, masked wholly unless a mode is given: `email`, or `{ name: customer.ssn, mode: drop }`. */
export const maskedField = z.union(
  [
    fieldName.transform((name) => ({ name, mode: "redact" as const })),
    z.strictObject({ name: fieldName, mode: mode.default("redact") }),
  ],
  "Write a name, a path such as customer.ssn, items[*].card or **.token, or { name: …, mode: … }",
);

/** A detector, which leaves its usual rest unless a mode is given: `card`, or `{ name: card, mode: redact }`. */
const maskedDetector = z.union(
  [
    detector.transform((name) => ({ name, mode: "partial" as const })),
    z.strictObject({ name: detector, mode: mode.default("partial") }),
  ],
  `Write one of ${detectorNames.join(", ")}, or { name: …, mode: ${maskModes.join("|")} }`,
);

/** A pattern in RE2's syntax. Its name stands in the places that say what was hidden. */
const pattern = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,39}$/, "A pattern's name is made of lower-case letters, digits and hyphens")
    .refine((name) => !(detectorNames as readonly string[]).includes(name), "A detector has this name already"),
  pattern: z
    .string()
    .min(1)
    .max(1000)
    .refine((text) => patternProblem(text) === null, { error: ({ input }) => patternProblem(String(input)) ?? "" }),
  mode: mode.default("redact"),
});

const defaults = {
  detectors: usualDetectors.map((name) => ({ name, mode: "partial" as const })),
  fields: [],
  patterns: [],
  binary: "allow" as const,
};

/** `masking`: what is hidden on every connection, and how. */
export const masking = z
  .strictObject({
    detectors: z.array(maskedDetector).default(defaults.detectors),
    fields: z.array(maskedField).default([]),
    patterns: z.array(pattern).default([]),
    binary: z.enum(binaryModes).default("allow"),
  })
  .default(defaults);
