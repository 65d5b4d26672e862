import { z } from "zod";
import type { ApprovalContext } from "./approval-context.ts";
import { matchedNumber, verdict, type approvalView } from "./approval.ts";
import { activityAsk, type Activity } from "./audit-activity.ts";
import type { AuditEntry } from "./audit-entry.ts";
import { auditAsk, auditQuery, type AuditPage } from "./audit-search.ts";
import { sessionAsk, sessionExportAsk, sessionsAsk, type SessionPart, type SessionsPage } from "./audit-sessions.ts";
import type { SignedOut } from "./console.ts";
import { grantWish, type GrantView } from "./grant.ts";
import {
  historyCursor,
  historyFilter,
  historyKind,
  type HistoryDetail,
  type HistoryFigures,
  type HistoryPage,
} from "./history.ts";
import { setupAsk, type SetupChange, type SetupView } from "./setup.ts";

const exportFormat = z.enum(["json", "csv"]);
export type ExportFormat = z.infer<typeof exportFormat>;

const auditExportFormat = z.enum(["csv", "jsonl"]);
export type AuditExportFormat = z.infer<typeof auditExportFormat>;

/** An export: its text and name, where the page saves it; without text once the owner has (`saved`), or where the person thought better of it. */
export const exported = z.object({ saved: z.boolean().nullable(), name: z.string(), text: z.string().nullable() });
export type Exported = z.infer<typeof exported>;

/**
 * What a console may ask of the owner of its profile: one object in, a Result out. Over IPC each is a channel
 * of that name; headless, a message `{id, call, input}` on the loopback WebSocket.
 */
export const consoleCalls = {
  "session.signIn": z.strictObject({}),
  /** In a browser on any machine, with a code (RFC 8628). */
  "session.signInByCode": z.strictObject({}),
  "session.cancelSignIn": z.strictObject({}),
  "session.signOut": z.strictObject({}),
  /** The sign-in that calls wait for is put off: they are told so. */
  "session.declineSignIn": z.strictObject({}),
  "gateway.retry": z.strictObject({}),
  /** `digest` covers the payload as the console rendered it, `step` is the one that it showed as open, from 1 (rule 3). */
  "approvals.decide": z.strictObject({
    id: z.string().max(100),
    step: z.number().int().min(1),
    verdict,
    reason: z.string().max(1000),
    digest: z.string().length(43),
    /** What the approver was told that the requester's console shows; with an approval of critical risk alone. */
    number: matchedNumber.optional(),
    /** What is to be granted for later calls beside an approval, as the console showed it. */
    grant: grantWish.optional(),
  }),
  /** What else is known about a held call: earlier ones of its tool, the last that was approved, the answer. */
  "approvals.context": z.strictObject({ id: z.string().max(100) }),
  /** Ends one's own request, before it has begun to run. */
  "approvals.withdraw": z.strictObject({ id: z.string().max(100) }),
  /** The request that the console has open before the person, or none; said again while it stays so (looking.ts). */
  "approvals.look": z.strictObject({ approval: z.string().max(100).nullable() }),
  /** One's own decisions or requests, a page at a time. */
  "history.list": historyFilter.extend({ after: historyCursor.optional() }),
  /** `today`: when this page's day began. */
  "history.figures": z.strictObject({ kind: historyKind, today: z.number().int().nonnegative() }),
  "history.show": z.strictObject({ id: z.string().max(100) }),
  /** Saves all that the filter finds as a file, or says that the page must do it itself (`saved: null`). */
  "history.export": z.strictObject({ filter: historyFilter, format: exportFormat }),
  /** MCP clients' sessions in the gateway's ledger, and a part of one. For the role auditor. */
  "sessions.list": sessionsAsk,
  "sessions.show": sessionAsk,
  /** Saves one as a file, or says that the page must do it itself (`saved: null`). */
  "sessions.export": sessionExportAsk,
  /** Entries of the gateway's ledger, newest first, and one of them whole; for the role auditor. Each look is recorded. */
  "audit.search": auditAsk,
  "audit.entry": z.strictObject({ entry: z.number().int().nonnegative() }),
  /** What went on, in figures. */
  "audit.activity": activityAsk,
  "audit.export": z.strictObject({ query: auditQuery, format: auditExportFormat }),
  /** The grants that this person holds or may revoke, the newest first. */
  "grants.list": z.strictObject({}),
  "grants.revoke": z.strictObject({ id: z.string().max(100) }),
  /** Opens the tunnel that did not open: at the remembered port, or at a new one, for which clients have to be repaired. */
  "tunnel.open": z.strictObject({ port: z.enum(["same", "new"]) }),
  /** Removes one of the person's devices for good, and ends what it has. */
  "devices.remove": z.strictObject({ id: z.string().max(100) }),
  /** The person knows this device: it is new no more. */
  "devices.acknowledge": z.strictObject({ id: z.string().max(100) }),
  /** The person knows this device that waits, and lets it decide. */
  "devices.confirm": z.strictObject({ id: z.string().max(100) }),
  "tunnel.pause": z.strictObject({ forMinutes: z.number().int().min(1).max(1440).nullable() }),
  "tunnel.resume": z.strictObject({}),
  /** Ends a client's token, and what it still has running. */
  "clients.remove": z.strictObject({ id: z.string().max(100) }),
  /** Every MCP client that can be set up on this machine, and how it stands. */
  "setup.list": z.strictObject({}),
  /** What `setup.apply` would write. */
  "setup.plan": setupAsk,
  /** `seen`: by file, what each change was shown for; what was not shown is not written. */
  "setup.apply": setupAsk.extend({ seen: z.record(z.string().max(4096), z.string().max(64).nullable()) }),
  /** Puts a connection's local address on the clipboard, or says that the page must do it itself (`copied: false`). */
  "connections.copyAddress": z.strictObject({ name: z.string().max(200) }),
} as const;
export type ConsoleCall = keyof typeof consoleCalls;
export type ConsoleInput<C extends ConsoleCall> = z.infer<(typeof consoleCalls)[C]>;
export interface ConsoleOutput {
  "session.signIn": null;
  "session.signInByCode": null;
  "session.cancelSignIn": null;
  "session.signOut": SignedOut;
  "session.declineSignIn": null;
  "gateway.retry": null;
  "approvals.decide": z.infer<typeof approvalView>;
  "approvals.context": ApprovalContext;
  "approvals.withdraw": z.infer<typeof approvalView>;
  "approvals.look": null;
  "history.list": HistoryPage;
  "history.figures": HistoryFigures;
  "history.show": HistoryDetail;
  "history.export": Exported;
  "sessions.list": SessionsPage;
  "sessions.show": SessionPart;
  "sessions.export": Exported;
  "audit.search": AuditPage;
  "audit.entry": AuditEntry;
  "audit.activity": Activity;
  "audit.export": Exported;
  "grants.list": readonly GrantView[];
  "grants.revoke": GrantView;
  "tunnel.open": null;
  "devices.remove": null;
  "devices.acknowledge": null;
  "devices.confirm": null;
  "tunnel.pause": null;
  "tunnel.resume": null;
  "clients.remove": null;
  "setup.list": readonly SetupView[];
  "setup.plan": readonly SetupChange[];
  "setup.apply": readonly SetupChange[];
  "connections.copyAddress": { readonly copied: boolean; readonly url: string };
}
