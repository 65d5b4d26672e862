import { surfaces } from "../../shared/moment-facts.ts";
import { pageBeginning } from "../pages/page-beginning.ts";
import { pageText } from "../pages/page-text.ts";
import type { Listing } from "./chapter.ts";
import type { EventLine } from "./events-chapter.ts";
import type { GrantLine } from "./grants-chapter.ts";
import type { Report } from "./report.ts";
import { reportStyle } from "./report-style.ts";
import { iso, number, rows } from "./report-table.ts";

/** A report as one HTML file that asks nobody for anything and has no script. `origin`: the gateway's. */
export function reportPage(report: Report, origin: string): string {
  const title = `What Countersign recorded, ${day(report.fromMs)} to ${day(report.toMs)}`;
  return `${pageBeginning({ title, style: reportStyle })}<header>
<h1>${pageText(title)}</h1>
${facts([
  ["Gateway", origin],
  ["Period", `${iso(report.fromMs)} to ${iso(report.toMs)}, its end not included`],
  ["Made", iso(report.madeAtMs)],
  ["Entries in it", number(report.entries)],
])}
${verdict(report)}
</header>
<main>
${chapters(report)
  .map(({ id, title: heading, criteria, html }) => section(id, heading, criteria, html))
  .join("\n")}
</main>
<footer>Numbers with # are the ledger's entries. Anybody with the gateway's public key can check them without Countersign: docs/ledger.md says how.</footer>
</html>
`;
}

function chapters(report: Report) {
  const { calls, decisions, grants, events, gaps } = report;
  return [
    { id: "gaps", title: "What could not be shown", criteria: "", html: list(gaps) },
    { id: "coverage", title: "Calls", criteria: "CC6.1, CC7.2", html: coverage(calls) },
    { id: "approvals", title: "Approvals", criteria: "CC6.3, CC7.3", html: approvals(decisions) },
    {
      id: "denials",
      title: "Denials",
      criteria: "CC7.3",
      html: rows(
        ["Entry", "When", "Who asked", "For", "Rule", "Denied by", "Reason"],
        decisions.denials,
        ({ entry, atMs, principal, tool, connection, rule, by, reason }) => [
          `#${entry}`,
          iso(atMs),
          principal,
          `${tool} on ${connection}`,
          rule,
          by ?? "the gateway",
          reason ?? "",
        ],
      ),
    },
    { id: "blocked", title: "Blocked calls", criteria: "CC6.6, CC6.8", html: counted("Rule, tool", calls.blocked) },
    { id: "changes", title: "Changes of policy and tools", criteria: "CC8.1", html: eventRows(events.changes) },
    { id: "access", title: "Devices and people", criteria: "CC6.1, CC6.3", html: eventRows(events.access) },
    { id: "refused", title: "Refused at the door", criteria: "CC6.1, CC6.6", html: counted("Code", events.refused) },
    {
      id: "grants",
      title: "Grants",
      criteria: "CC6.3",
      html: `${facts([
        ["Given", number(grants.created.count)],
        ["Uses", number(grants.used)],
        ["Revoked", number(grants.revoked)],
        ["In force at the end", number(grants.standing)],
      ])}<h3>In force at the end, and not used in the period</h3>${grantRows(grants.dormant)}<h3>Given in the period</h3>${grantRows(grants.created)}`,
    },
    { id: "reads", title: "Looks into the ledger", criteria: "CC7.2", html: counted("Who, what", events.reads) },
    { id: "erasures", title: "Erasures and holds", criteria: "CC6.1", html: eventRows(events.erasures) },
    { id: "running", title: "Starts and stops", criteria: "CC7.2", html: eventRows(events.running) },
  ];
}

function verdict({ ledger }: Report): string {
  if (ledger.ok) {
    return `<p class="good">The ledger is whole: ${number(ledger.entries)} entries, each as it was written, none missing, added or moved, under this signed checkpoint:</p><pre tabindex="0">${ledger.checkpoint
      .split("\n")
      .map(pageText)
      .join("\n")}</pre>`;
  }
  return `<p class="bad">The ledger does not hold. Keep it as it is, and find out why before you rely on this report.</p>${list(
    ledger.findings.map(({ place, what }) => `${place}: ${what}`),
  )}`;
}

function coverage({ connections, people, services, maskedPlaces, outcomes, open }: Report["calls"]): string {
  const table = rows(
    ["Connection", "Requests", "Allowed", "Held", "By grant", "Denied by rule", "Refused", "Protocol"],
    { count: connections.length, first: connections },
    ({ connection, calls, allowed, held, granted, denied, refused, protocol }) => [
      connection,
      ...[calls, allowed, held, granted, denied, refused, protocol].map(number),
    ],
  );
  const about = facts([
    ["People", number(people)],
    ["Services", number(services)],
    ["Masked fields", number(maskedPlaces)],
    ["Without a recorded end", number(open.count)],
  ]);
  return `${about}${table}<h3>How they ended</h3>${counted("Outcome", outcomes)}`;
}

function approvals(decisions: Report["decisions"]): string {
  const { held, ended, decisions: count, all, verified, unverified, ran, ranUnproven, medianMs } = decisions;
  const unproven = (title: string, of: typeof unverified): string =>
    of.count === 0
      ? ""
      : `<h3>${title}</h3>${rows(["Entry", "Approval", "Why"], of, ({ entry, approval, why }) => [`#${entry}`, approval, why])}`;
  return `${facts([
    ["Decisions", `${number(count)}, ${number(verified)} with a signature that holds`],
    ["Held calls that ran", `${number(ran)}, ${number(ran - ranUnproven.count)} with every approval verified`],
    ["Median wait", medianMs === null ? "nobody decided" : `${number(Math.round(medianMs / 1000))} s`],
  ])}${unproven("Decisions that could not be verified", unverified)}${unproven("Held calls that ran unproven", ranUnproven)}<h3>Who decided</h3>${decisionRows(all)}<h3>Held, by risk</h3>${counted("Risk", held)}<h3>How they ended</h3>${counted("End", ended)}`;
}

function decisionRows(of: Report["decisions"]["all"]): string {
  return rows(
    ["Entry", "When", "Decision", "By", "On", "Asked by", "Signed by device", "Where", "Reason"],
    of,
    ({ entry, atMs, verdict, by, tool, connection, principal, device, presence, reason }) => [
      `#${entry}`,
      iso(atMs),
      verdict,
      by,
      `${tool} on ${connection}`,
      principal,
      device ?? "not verified",
      presence === null ? "" : (surfaces[presence] ?? presence),
      reason ?? "",
    ],
  );
}

function section(id: string, title: string, criteria: string, html: string): string {
  const shown = criteria === "" ? "" : ` <small>${criteria}</small>`;
  return `<section id="${id}"><h2>${title}${shown}</h2>${html}</section>`;
}

function facts(of: readonly (readonly [string, string])[]): string {
  return `<dl>${of.map(([name, value]) => `<dt>${name}</dt><dd>${pageText(value)}</dd>`).join("")}</dl>`;
}

function list(of: readonly string[]): string {
  return `<ul>${of.map((each) => `<li>${pageText(each)}</li>`).join("")}</ul>`;
}

function eventRows(of: Listing<EventLine>): string {
  return rows(["Entry", "When", "What", ""], of, ({ entry, atMs, kind, what }) => [`#${entry}`, iso(atMs), kind, what]);
}

function grantRows(of: Listing<GrantLine>): string {
  return rows(
    ["Entry", "Who", "May run", "Given by", "Until"],
    of,
    ({ entry, principal, tool, connection, by, endsAtMs }) => [
      `#${entry}`,
      principal,
      `${tool} on ${connection}`,
      by,
      iso(endsAtMs),
    ],
  );
}

function counted(what: string, of: readonly { readonly name: string; readonly count: number }[]): string {
  return rows([what, "Count"], { count: of.length, first: of }, ({ name, count }) => [name, number(count)]);
}

function day(ms: number): string {
  return iso(ms).slice(0, 10);
}
