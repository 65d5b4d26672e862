import type { ApprovalContext } from "../../../src/shared/approval-context.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { contextWith } from "../console/context.ts";
import { approver, customerPayload, held, signedIn } from "../console/states.ts";
import type { Scene } from "./scene.ts";

const shown = customerPayload.arguments as JsonObject;
const { tags: _tags, ...rest } = shown;
const earlier = {
  arguments: { ...rest, payout: { iban: "••••••••7741", currency: "EUR", limit_cents: 100000 }, ticket: "PAY-1982" },
  hidden: customerPayload.hidden,
};
const known: Partial<ApprovalContext> = {
  byRequester: { asked: 12, approved: 9, denied: 2, isWhole: true },
  byAnyone: { asked: 40, approved: 31, denied: 6, isWhole: true },
  around: { asked: 6, withinMs: 300_000, isWhole: true },
};
const lastApproved = {
  id: "apr_before",
  createdAtMs: Date.now() - 7_300_000,
  isSameTool: true,
  payload: { value: earlier, length: 900 },
};
const said = { content: [{ type: "text", text: "Customer cus_88213 updated for ••••@mail.example" }], isError: false };
const decision = {
  verdict: "approve",
  by: approver,
  device: "dev_5Yt1",
  presence: "window",
  atMs: Date.now(),
  reason: "Matches PAY-2214",
} as const;

/** A request with its precedents, what changed since the last one, and what came of it. */
export const contextScenes: readonly Scene[] = [
  {
    name: "context",
    state: signedIn([held({ id: "x" })]),
    async act(page, server) {
      server.answer("approvals.context", { ok: true, value: contextWith({ id: "x", ...known, lastApproved }) });
      server.say(signedIn([held({ id: "x" })]));
      server.show("x");
      await page.getByText(/since the last approved call/).waitFor();
    },
  },
  {
    name: "context-changes",
    state: signedIn([held({ id: "x" })]),
    async act(page, server) {
      server.answer("approvals.context", { ok: true, value: contextWith({ id: "x", ...known, lastApproved }) });
      server.say(signedIn([held({ id: "x" })]));
      server.show("x");
      await page.getByRole("button", { name: "Show changes" }).click();
    },
  },
  {
    name: "context-first",
    state: signedIn([held({ id: "x", tool: "p\u0430yment_\u0441\u043ery", connection: "crm-pr\u043eduction" })]),
    async act(page, server) {
      server.show("x");
      await page.getByText("First held call").waitFor();
    },
  },
  {
    name: "context-answer",
    state: signedIn([
      held({
        id: "x",
        state: "executed",
        decision,
        outcome: { state: "executed", atMs: Date.now(), message: "The target answered." },
      }),
    ]),
    async act(page, server) {
      const answer = {
        value: { arguments: said, hidden: [{ path: ["content", 0, "text"], kind: "email" }] },
        length: 120,
      };
      server.answer("approvals.context", { ok: true, value: contextWith({ id: "x", ...known, answer }) });
      server.show("x");
      await page.getByRole("heading", { name: "Answer" }).waitFor();
    },
  },
];
