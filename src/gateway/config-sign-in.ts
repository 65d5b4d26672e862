import { z } from "zod";
import { duration } from "./config-duration.ts";

/** A value that stands in a quoted parameter of a header, and in a list that spaces part (RFC 9470, section 3). */
const value = z
  .string()
  .max(200)
  .regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, "Write it without spaces, quotes and backslashes");
const values = z.array(value).min(1, "List at least one, or leave the setting out").max(20);

/** `signIn` of a rule: how its caller must have signed in. Each member that is there must hold. */
export const ruleSignIn = z
  .strictObject({
    /** No longer ago than this, by the provider's `auth_time`. */
    within: duration.refine((ms) => ms >= 60_000, "Give the person a minute at least").optional(),
    /** In one of these context classes: `acr`, for Entra its authentication contexts (`acrs`). */
    acr: values.optional(),
    /** By one of these methods (`amr`, RFC 8176). A provider can't be asked for them, only for `acr`. */
    methods: values.optional(),
  })
  .refine((given) => Object.keys(given).length > 0, "Write within, acr or methods");
