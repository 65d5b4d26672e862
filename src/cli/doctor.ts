import { readFile } from "node:fs/promises";
import { CountersignError } from "../shared/errors.ts";
import { command, positional } from "./command.ts";
import { checkConfig } from "./doctor/config.ts";
import type { Finding } from "./doctor/finding.ts";
import { checkProfile } from "./doctor/profile.ts";

const help = `Usage: countersign doctor [--ca FILE] [--profile DIR] [--json]
       countersign doctor --config FILE [--json]

Looks at what signing in and calling need, changes nothing and opens no browser: the profile, its gateway and clock, the
sign-in provider as the profile pins it, the session and the tunnel. With --config it looks at the issuers of a
gateway.yaml from the gateway's machine, and whether Microsoft Graph may be asked for groups. What is wrong is said with
what to do; docs/entra.md and docs/okta.md name the fields. Status 1 where something is wrong.`;

const options = { ca: { type: "string" }, config: { type: "string" } } as const;

export const doctor = command(help, options, async ({ values, positionals, profile, terminal }) => {
  positional(positionals, []);
  const now = Date.now;
  const ca = values.ca === undefined ? undefined : await readFile(values.ca, "utf8");
  const findings =
    values.config === undefined ? await checkProfile(profile, ca, now) : await checkConfig(values.config, now);
  terminal.answer(findings, findings.flatMap(linesOf));
  const wrong = findings.filter(({ state }) => state === "fail").length;
  if (wrong === 0) return;
  throw new CountersignError("misconfigured", wrong === 1 ? "1 thing is wrong." : `${wrong} things are wrong.`);
});

const marks: Readonly<Record<Finding["state"], string>> = { ok: "ok  ", warn: "look", fail: "FAIL" };

function linesOf({ id, state, what, cure }: Finding): readonly string[] {
  return [`${marks[state]}  ${id}: ${what}`, ...(cure === null ? [] : [`      ${cure}`])];
}
