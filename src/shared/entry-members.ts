import { z } from "zod";
import { hidden, json } from "./approval.ts";
import { isJson, isJsonObject, type JsonObject } from "./json.ts";

// What the bodies of entries are made of. Each member's description goes into docs/ledger-entries.md.

/** Any text: the description says which. */
export const text = (what: string) => z.string().describe(what);
export const count = (what: string) => z.number().int().nonnegative().describe(what);
export const time = (what: string) =>
  z.number().describe(`${what}, in milliseconds since the epoch by the gateway's clock`);

export const jsonObject = z.custom<JsonObject>((value) => isJson(value) && isJsonObject(value));

/** Where something was masked, from the member on that is named. */
export const hiddenIn = (what: string) =>
  z
    .array(hidden)
    .describe(`places that were masked within ${what}: \`path\` of each, and the \`kind\` of what stood there`);

/** Any JSON, masked. */
export const maskedJson = (what: string) => json.describe(`${what}, masked`);

export const ruleVersion = z.object({ name: z.string(), version: z.string() });

export const caller = text("who: the principal's id, ISSUER:KEY");
export const by = text("whose word it was: a principal's id");
export const callId = text("the call's id, the same in all its entries");
export const approvalId = text("the approval's id");
export const connection = text("the connection's name in gateway.yaml");
export const toolName = text("the tool's name, masked");
export const address = text("the address that the request came from");
export const device = text("the enrolled device, null where there is none").nullable();
export const why = text("the reason, in words");
