import { openSource } from "../gateway/audit/source.ts";
import { loadConfig } from "../gateway/config.ts";
import { createPolicy } from "../gateway/policy/rules.ts";
import { replayLedger, type ReplayedCall } from "../gateway/replay/replay.ts";
import type { Outcome, Tally } from "../gateway/replay/tally.ts";
import { CountersignError } from "../shared/errors.ts";
import { visibleLine } from "../shared/visible.ts";
import { withExport } from "./ledger-export.ts";
import { momentOf } from "./moment.ts";
import { readingProgress } from "./reading-progress.ts";
import { table, type Terminal } from "./terminal.ts";

interface Asked {
  readonly since: string | undefined;
  readonly config: string | undefined;
  /** A data folder or an exported file; absent, the ledger of the profile's gateway. */
  readonly data: string | undefined;
}

/** `policy replay`: what these rules would have done to recorded calls. Throws CountersignError. */
export async function replayCalls(asked: Asked, profile: string, terminal: Terminal): Promise<void> {
  const { since, config: file, data } = asked;
  if (since === undefined || file === undefined) {
    const missing = since === undefined ? "--since" : "--config";
    throw new CountersignError("usage", `${missing} is missing; --help shows the usage.`);
  }
  const sinceMs = momentOf("--since", since, Date.now());
  const { config } = await loadConfig(file);
  const policy = createPolicy(config.rules);
  const replay = async (path: string): Promise<Tally> => {
    const source = await openSource(path);
    try {
      return await replayLedger(source, policy, sinceMs, readingProgress(terminal));
    } finally {
      source.close();
      terminal.progress("");
    }
  };
  const tally = data === undefined ? await withExport(profile, replay) : await replay(data);
  terminal.answer(reportOf(tally, sinceMs), linesOf(tally, sinceMs));
}

/** `2026-11-20`, `2026-11-20T08:00:00Z`, or a duration back from now such as `7d`. */
function reportOf(tally: Tally, sinceMs: number): object {
  const { same, otherRule, changed, undecidable, unjudged, unreadable } = tally;
  return {
    since: new Date(sinceMs).toISOString(),
    same,
    otherRule,
    changed,
    undecidable,
    unjudged,
    unreadable,
    changes: tally.changes().map(({ before, after, count, examples }) => ({
      id: `${outcomeText(before)} → ${outcomeText(after)}`,
      count,
      before,
      after,
      examples: examples.map(exampleOf),
    })),
    undecidables: tally.doubts().map(({ rule, why, count, examples }) => ({
      id: rule === null ? why : `${rule}: ${why}`,
      count,
      rule,
      why,
      examples: examples.map(exampleOf),
    })),
  };
}

function exampleOf({ seq, atMs, call }: ReplayedCall): object {
  const { call: id = null, connection = null, name = null, principal = null } = call ?? {};
  return { seq, atMs, call: id, connection, name, principal: principal?.id ?? null };
}

function linesOf(tally: Tally, sinceMs: number): readonly string[] {
  const { same, otherRule, changed, undecidable, unjudged, unreadable } = tally;
  const changes = tally
    .changes()
    .map(({ before, after, count, examples }) => [
      String(count),
      `${before.effect} → ${after.effect}`,
      ruleText(before),
      ruleText(after),
      newest(examples),
    ]);
  const doubts = tally
    .doubts()
    .map(({ rule, why, count, examples }) => [
      String(count),
      rule === null ? why : `rule ${JSON.stringify(rule)}: ${why}`,
      newest(examples),
    ]);
  return [
    ...(changes.length === 0 ? [] : table(["calls", "effect", "rule then", "rule now", "newest"], changes)),
    ...(doubts.length === 0 ? [] : table(["calls", "undecidable, as", "newest"], doubts)),
    `Since ${new Date(sinceMs).toISOString()}: ${changed} would end otherwise, ${same} the same` +
      `${otherRule === 0 ? "" : ` (${otherRule} by another rule)`}, ${undecidable} undecidable; ${unjudged} were not for the rules.`,
    ...(unreadable === 0 ? [] : [`${unreadable} entries can't be read: run countersign audit verify.`]),
  ];
}

function newest(examples: readonly ReplayedCall[]): string {
  const last = examples.at(-1);
  if (last === undefined) return "";
  const what =
    last.call === null ? "" : ` ${last.call.principal.id}: ${last.call.name ?? ""} on ${last.call.connection}`;
  return `entry ${last.seq}, ${new Date(last.atMs).toISOString()}${visibleLine(what, 120)}`;
}

function outcomeText(outcome: Outcome): string {
  return `${outcome.effect} (${ruleText(outcome)})`;
}

function ruleText({ rule }: Outcome): string {
  return rule ?? "no rule";
}
