import type { GrantConstraint } from "../../shared/grant.ts";
import { isJsonObject, type Json } from "../../shared/json.ts";
import { fallsUnder } from "../../shared/grant-prefix.ts";

/** The part of a constraint that decides; what is shown of it besides does not. */
type Constraint = GrantConstraint | (GrantConstraint & { readonly shown: Json });

/**
 * Whether these constraints cover a call's arguments: exactly the named ones are there, none missing, none besides, and each fits.
 * Nested values are compared whole. `digestOf` is the keyed digest of a real value under its argument's name.
 */
export function covers(
  constraints: readonly Constraint[],
  given: Json,
  digestOf: (argument: string, value: Json) => string,
): boolean {
  if (!isJsonObject(given)) return false;
  // Names are unique in a grant: as many arguments as constraints, and each named one there, leaves none besides.
  if (Object.keys(given).length !== constraints.length) return false;
  return constraints.every((constraint) => {
    const { argument } = constraint;
    // The server's own default for what is left out was never shown, so even `any` wants a value.
    const value = Object.hasOwn(given, argument) ? given[argument] : undefined;
    if (value === undefined) return false;
    switch (constraint.constraint) {
      case "equal":
        return digestOf(argument, value) === constraint.digest;
      case "prefix":
        return typeof value === "string" && fallsUnder(constraint.prefix, value);
      case "any":
        return true;
      default:
        return constraint satisfies never;
    }
  });
}
