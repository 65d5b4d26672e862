import { parseArgs } from "node:util";
import { z } from "zod";
import { CountersignError } from "../shared/errors.ts";

const options = z.object({
  headless: z.boolean().default(false),
  json: z.boolean().default(false),
  idp: z.enum(["oidc", "entra", "okta"]).default("oidc"),
  keep: z.boolean().default(false),
  help: z.boolean().default(false),
});
export type DemoOptions = z.infer<typeof options>;

export const usage = `Usage: npm run demo [-- --headless] [--json] [--idp oidc|entra|okta] [--keep]

Starts everything on this machine: a sign-in provider, four MCP servers, the gateway, an engineer and an approver.
--headless  the approver's console in a browser even where the tray app could run
--json      both people are signed in without asking; one JSON line says where everything is
--idp       which kind of sign-in provider the gateway trusts
--keep      its folder (store, keys, configuration, log) stays when it ends
Ctrl-C stops all of it.`;

/** The demo's options. Throws CountersignError `usage`. */
export function readOptions(args: readonly string[]): DemoOptions {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        headless: { type: "boolean" },
        json: { type: "boolean" },
        idp: { type: "string" },
        keep: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
    return options.parse(values);
  } catch (cause) {
    throw new CountersignError("usage", "The demo knows --headless, --json, --keep and --idp oidc|entra|okta.", {
      cause,
    });
  }
}
