import { open, rm, type FileHandle } from "node:fs/promises";
import { openSource } from "../gateway/audit/source.ts";
import { verifyLedger } from "../gateway/audit/verify.ts";
import { reportPage } from "../gateway/report/report-page.ts";
import { reportOn, type Report } from "../gateway/report/report.ts";
import { CountersignError } from "../shared/errors.ts";
import { verifierName } from "../shared/note.ts";
import { withExport } from "./ledger-export.ts";
import { ledgerTrust, type Trust } from "./ledger-trust.ts";
import { momentOf } from "./moment.ts";
import { unwritten } from "./new-file.ts";
import { readingProgress } from "./reading-progress.ts";
import type { Terminal } from "./terminal.ts";
import { counted } from "./counted.ts";

/** The period, and what becomes of the report, as options of the command. */
export const reportOptions = {
  from: { type: "string" },
  to: { type: "string" },
  format: { type: "string" },
  out: { type: "string" },
} as const;

interface Asked {
  readonly given: { readonly [K in keyof typeof reportOptions]?: string };
  /** A data folder or an exported file; absent, the ledger of the profile's gateway. */
  readonly data: string | undefined;
  readonly key: string | undefined;
  readonly profile: string;
  readonly terminal: Terminal;
}

/** `audit report`: what a ledger says of a period, as a file for an auditor. Throws CountersignError, `ledger_inconsistent` once the file of a ledger that doesn't hold is written. */
export async function writeReport({ given, data, key, profile, terminal }: Asked): Promise<void> {
  const { from, out, format = "html" } = given;
  if (from === undefined || out === undefined)
    throw new CountersignError("usage", `--${from === undefined ? "from" : "out"} is missing; --help shows the usage.`);
  if (format !== "html" && format !== "json") throw new CountersignError("usage", "--format takes html or json.");
  const nowMs = Date.now();
  const fromMs = momentOf("--from", from, nowMs);
  const toMs = given.to === undefined ? nowMs : momentOf("--to", given.to, nowMs);
  if (toMs <= fromMs) throw new CountersignError("usage", "--to must be later than --from.");
  const trusted = await ledgerTrust(profile, key, data);
  const make = (path: string): Promise<Report> => reportAt(path, { fromMs, toMs, nowMs }, trusted, terminal);
  // Opened first: who named a file that is there already should not have to wait for a million entries to hear it.
  const file = await open(out, "wx", 0o600).catch(unwritten(out));
  const report = await writtenTo(file, out, async () => {
    const made = data === undefined ? await withExport(profile, make) : await make(data);
    const origin = verifierName(trusted.verifierKey) ?? "";
    await file.writeFile(
      format === "html" ? reportPage(made, origin) : `${JSON.stringify({ origin, ...made }, null, 2)}\n`,
    );
    return made;
  });
  const { decisions, calls, ledger, gaps, entries } = report;
  terminal.answer({ file: out, ok: ledger.ok, entries, gaps }, [
    `The report is in ${out}: ${counted(entries, "entry", "entries")}, ${counted(calls.connections.length, "connection")}, ${decisions.verified} of ${counted(decisions.decisions, "decision")} verified.`,
    ...gaps.map((gap) => `- ${gap}`),
  ]);
  if (!ledger.ok)
    throw new CountersignError(
      "ledger_inconsistent",
      "The ledger does not hold. Keep it as it is and tell an auditor.",
    );
}

/** A file that was begun and got no report goes again. */
async function writtenTo<T>(file: FileHandle, path: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

async function reportAt(
  path: string,
  period: { readonly fromMs: number; readonly toMs: number; readonly nowMs: number },
  trusted: Trust,
  terminal: Terminal,
): Promise<Report> {
  const ledger = await verifyLedger(await openSource(path), { ...trusted, onEntry: readingProgress(terminal) });
  const source = await openSource(path);
  try {
    return await reportOn(source, { ...period, ledger, onEntry: readingProgress(terminal) });
  } finally {
    source.close();
    terminal.progress("");
  }
}
