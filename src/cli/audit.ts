import { constants, copyFile, open } from "node:fs/promises";
import { openSource } from "../gateway/audit/source.ts";
import { verifyLedger, type LedgerReport } from "../gateway/audit/verify.ts";
import { parseWitnessKey, type WitnessKey } from "../gateway/witnesses/cosignature.ts";
import { CountersignError } from "../shared/errors.ts";
import { reportOptions, writeReport } from "./audit-report.ts";
import { searchLedger, searchOptions } from "./audit-search.ts";
import { exportSession, listSessions, sessionOptions } from "./audit-sessions.ts";
import { command, positional } from "./command.ts";
import { withExport } from "./ledger-export.ts";
import { ledgerTrust } from "./ledger-trust.ts";
import { unwritten } from "./new-file.ts";
import { readingProgress } from "./reading-progress.ts";
import type { Terminal } from "./terminal.ts";

const help = `Usage: countersign audit verify [--data DIR|EXPORT] [--key KEY|FILE] [--witness KEY]… [--profile DIR] [--json]
       countersign audit export FILE [--profile DIR] [--json]
       countersign audit search [WORD…] [--person NAME] [--service NAME] [--connection NAME] [--tool NAME]
           [--rule NAME] [--outcome OUTCOME] [--effect EFFECT] [--risk RISK] [--kind KIND] [--client NAME]
           [--device ID] [--address IP] [--session ID] [--call ID] [--approval ID] [--from TIME] [--to TIME]
           [--counted calls|held|denied|masked] [--limit N] [--data DIR|EXPORT] [--profile DIR] [--json]
       countersign audit sessions [--person NAME] [--service NAME] [--client NAME] [--connection NAME]
           [--had held|denied|failed] [--from TIME] [--to TIME] [--limit N] [--data DIR|EXPORT] [--profile DIR] [--json]
       countersign audit session ID --out FILE [--format jsonl|html] [--data DIR|EXPORT] [--profile DIR] [--json]
       countersign audit report --from TIME --out FILE [--to TIME] [--format html|json] [--data DIR|EXPORT]
           [--key KEY|FILE] [--profile DIR] [--json]

Checks a ledger: that every entry is as it was written, that none is missing, added or moved, and that the gateway's
key signed it so. --data is a gateway's data folder or an exported file; without it the profile's gateway is asked for
its ledger, which takes the role auditor. The key is --key, or the one pinned in the profile when its owner confirmed
the gateway; never one from the folder itself. The last checkpoint that the profile saw must still hold.
With --witness there must be a checkpoint that this witness cosigned, too: what it covers can't have been rewritten since.

export writes the ledger of the profile's gateway as JSON Lines to a new FILE, which takes the role auditor.

search shows the entries that fit all that is asked, newest first, which takes the role auditor and is recorded. WORDs
stand in what was asked or answered, masked as it is kept: "two words" stand side by side, and begin* only begins so.
--person and --service take an id or a part of a name, and mean who called, decided or revoked; --session takes the id
that stands in entries (what sessions calls from-N is read with audit session). A TIME is a date
(2026-11-20, from its midnight in UTC), a time (2026-11-20T08:00:00Z) or a duration back from now (24h, 7d); --to is not
included. Times are shown in UTC, the console's in the time of its machine. With --data it searches a data folder or an
exported file, offline; it does not check it, as verify does.

sessions lists what each MCP client did through one connection, those that began last first; session writes one to a
new FILE, as JSON Lines or as one HTML page that any browser opens without network. Both take the role auditor and are
recorded, or are read offline with --data.

report checks a ledger as verify does and writes what it says of a period to a new FILE, for an auditor: calls,
approvals with each signature checked again, denials, blocked calls, changes, access, grants that nobody uses, and what
could not be shown. --to is now unless it is given. It ends with status 1, and the file is there, where the ledger does
not hold.`;

const options = {
  data: { type: "string" },
  key: { type: "string" },
  witness: { type: "string", multiple: true },
  ...searchOptions,
  ...sessionOptions,
  ...reportOptions,
} as const;

export const audit = command(help, options, async ({ values, positionals, profile, terminal }) => {
  const { data, key } = values;
  if (positionals[0] === "search") {
    refuseOptions(Object.keys(values), { ...searchOptions, data: options.data });
    return await searchLedger({ words: positionals.slice(1), given: values, data, profile, terminal });
  }
  if (positionals[0] === "sessions" || positionals[0] === "session") {
    const [verb, id] =
      positionals[0] === "sessions"
        ? positional(positionals, ["sessions"])
        : positional(positionals, ["session", "ID"]);
    refuseOptions(Object.keys(values), { ...sessionOptions, data: options.data });
    const asked = { given: values, data, profile, terminal };
    return await (verb === "sessions" || id === undefined ? listSessions(asked) : exportSession(id, asked));
  }
  if (positionals[0] === "report") {
    positional(positionals, ["report"]);
    refuseOptions(Object.keys(values), { ...reportOptions, data: options.data, key: options.key });
    if (data !== undefined) await refuseDatabase(data);
    return await writeReport({ given: values, data, key, profile, terminal });
  }
  const { witness } = options;
  refuseOptions(Object.keys(values), { data: options.data, key: options.key, witness });
  if (positionals[0] === "export")
    return await exportTo(positional(positionals, ["export", "FILE"])[1], profile, terminal);
  if (positionals[0] !== "verify")
    throw new CountersignError(
      "usage",
      "audit knows verify, export, search, sessions, session and report; --help shows the usage.",
    );
  positional(positionals, ["verify"]);
  const trusted = { ...(await ledgerTrust(profile, key, data)), witnesses: witnessKeys(values.witness ?? []) };
  const verify = async (path: string): Promise<LedgerReport> => {
    const source = await openSource(path);
    return await verifyLedger(source, { ...trusted, onEntry: readingProgress(terminal) }).finally(() =>
      terminal.progress(""),
    );
  };
  if (data !== undefined) await refuseDatabase(data);
  const report = data === undefined ? await withExport(profile, verify) : await verify(data);
  answer(report, trusted.seen !== undefined, terminal);
});

/** What only another verb takes would be passed over in silence. */
function refuseOptions(given: readonly string[], taken: object): void {
  const wrong = given.find((name) => Object.hasOwn(options, name) && !Object.hasOwn(taken, name));
  if (wrong !== undefined)
    throw new CountersignError("usage", `--${wrong} is for another of audit's commands; --help shows the usage.`);
}

function witnessKeys(given: readonly string[]): readonly WitnessKey[] {
  return given.map((text) => {
    const key = parseWitnessKey(text);
    if (key !== null) return key;
    const message = "--witness is no key of a witness (NAME+HASH+KEY, for cosignatures by Ed25519).";
    throw new CountersignError("usage", message);
  });
}

/** Readable for its owner alone, as the export is; a file that is there already may be the one to keep. */
async function exportTo(file: string, profile: string, terminal: Terminal): Promise<void> {
  await withExport(profile, async (exported) => {
    await copyFile(exported, file, constants.COPYFILE_EXCL).catch(unwritten(file));
  });
  terminal.answer({ file }, [
    `The ledger is in ${file}. Check it: countersign audit verify --data ${file} --profile ${profile}`,
  ]);
}

/** A database given by itself would be read as an export, and every line of it be a finding: a false alarm. */
async function refuseDatabase(path: string): Promise<void> {
  const file = await open(path).catch(() => null);
  if (file === null) return;
  try {
    if (!(await file.stat()).isFile()) return;
    const { buffer } = await file.read(Buffer.alloc(databaseMark.length), 0, databaseMark.length, 0);
    if (buffer.toString("latin1") !== databaseMark) return;
  } finally {
    await file.close();
  }
  throw new CountersignError("usage", "--data names a database: give the data folder that it lies in.");
}

/** The first 16 bytes of every SQLite 3 file (sqlite.org/fileformat2.html, section 1.3). */
const databaseMark = "SQLite format 3\0";

function answer(report: LedgerReport, keptHeld: boolean, terminal: Terminal): void {
  if (report.ok) {
    const kept = keptHeld ? " The checkpoint that this profile kept holds." : "";
    const erased =
      report.erased === undefined ? "" : ` The bodies of ${report.erased} of them were erased, which it records.`;
    terminal.answer(report, [
      `The ledger of ${report.origin} is whole: ${report.entries} entries.${erased}${kept}`,
      ...report.witnessed.map(
        ({ name, size, atMs }) => `${name} saw its first ${size} entries at ${new Date(atMs).toISOString()}.`,
      ),
    ]);
    return;
  }
  terminal.answer(
    report,
    report.findings.map(({ place, what }) => `${place}: ${what}`),
  );
  const first = report.findings[0];
  const place = first === undefined ? "" : ` First at ${first.place}: ${first.what}.`;
  throw new CountersignError(
    "ledger_inconsistent",
    `The ledger does not hold.${place} Keep it as it is and tell an auditor.`,
  );
}
