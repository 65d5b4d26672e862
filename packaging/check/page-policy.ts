import { importBuilt } from "./built.ts";
import type { RecordedElectron } from "./recorded-electron.ts";

/** What the pages' policy says, whole: nothing but the app's own files, nothing inline, nowhere to go (W3C CSP3, Trusted Types). */
const agreed: ReadonlyMap<string, string> = new Map([
  ["default-src", "'none'"],
  ["script-src", "'self'"],
  ["style-src", "'self'"],
  ["img-src", "'self'"],
  ["font-src", "'self'"],
  ["connect-src", "'none'"],
  ["base-uri", "'none'"],
  ["form-action", "'none'"],
  ["frame-ancestors", "'none'"],
  ["require-trusted-types-for", "'script'"],
  ["trusted-types", "'none'"],
]);

/** The privileges of the scheme that pages come by: an origin and a secure context, nothing that goes around the policy. */
const privileges = JSON.stringify([{ scheme: "app", privileges: { standard: true, secure: true } }]);

/** What is wrong with the policy and the scheme under which the built main of `root` serves its pages, a line each. */
export async function policyFindings(root: string, electron: RecordedElectron): Promise<readonly string[]> {
  const { answerRequest, declareConsoleScheme } = await importBuilt(root, "main/scheme.js");
  declareConsoleScheme();
  const answer = await answerRequest(root, { url: "app://countersign/index.html", method: "GET" });
  return [
    ...directiveFindings(answer.headers.get("content-security-policy") ?? ""),
    ...(answer.headers.get("x-content-type-options") === "nosniff"
      ? []
      : ["main/scheme.js: pages' types may be guessed"]),
    ...(JSON.stringify(electron.schemes) === privileges
      ? []
      : ["main/scheme.js: the scheme has other privileges than agreed"]),
  ];
}

/** Where a policy differs from what is agreed. */
function directiveFindings(policy: string): readonly string[] {
  const said = policy.split(";").map((directive) => directive.trim().split(/\s+/));
  const given = new Map(said.map(([name = "", ...values]) => [name, values.join(" ")]));
  const missing = [...agreed].filter(([name, value]) => given.get(name) !== value);
  return [
    ...missing.map(([name, value]) => `main/scheme.js: the pages' policy must say ${name} ${value}`),
    ...[...given.keys()]
      .filter((name) => !agreed.has(name))
      .map((name) => `main/scheme.js: the pages' policy says ${name}`),
  ];
}
