import { z } from "zod";
import { approverStep, mayBeQuick, presence, risk, type ApproverStep } from "../shared/approval.ts";
import { duration } from "./config-duration.ts";
import { ruleLimits } from "./config-limits.ts";
import { binaryModes } from "./masking/kinds.ts";
import { ruleGrants } from "./config-grants.ts";
import { ruleSignIn } from "./config-sign-in.ts";

/** From the lowest to the highest. */
const risks = risk.options;
const names = z.array(z.string().min(1));
/** Absent means any; an empty list would mean none, which nobody writes on purpose. */
const someNames = names.min(1, "List at least one, or leave the setting out");

/** One rule of gateway.yaml. The first that matches a call decides it. */
export const rule = z
  .strictObject({
    name: z.string().min(1).max(100),
    connections: someNames.default(["*"]),
    /** Globs. A rule with none of tools, resources and prompts matches every call; otherwise only the kinds it names. */
    tools: someNames.optional(),
    resources: someNames.optional(),
    prompts: someNames.optional(),
    /** The caller is in one of them; absent, anybody. */
    groups: someNames.optional(),
    /** A CEL condition over the call (docs/configuration.md, "Conditions"). It is checked when the file is read; a call on which it fails is refused. */
    when: z.string().min(1).max(4000).optional(),
    effect: z.enum(["allow", "deny", "approve"]),
    /** The author's word that the call changes nothing: its record may be written while it runs. */
    readOnly: z.boolean().default(false),
    /** What a target may ask of the client of these principals on these connections, whatever is called; nothing unless a rule says so. */
    requests: z.array(z.enum(["sampling", "elicitation", "roots"])).optional(),
    risk: risk.default("medium"),
    /** Any one member of these groups decides: the short form of one step. */
    approvers: names.default([]),
    /** Who has to approve, in this order. A person counts once; one denial ends it. */
    steps: z.array(approverStep).min(1, "List at least one step, or leave the setting out").max(10).optional(),
    expires: duration.default(600_000),
    /** An approver must say why before such a call runs. */
    requireReason: z.boolean().optional(),
    /** The least presence with which such a call is approved; for risk high and critical it is `window` even where this says `cli`. */
    presence: presence.exclude(["notification"]).optional(),
    /** It may be decided from a notification that shows the whole masked payload; for risk low and medium only. */
    quick: z.boolean().optional(),
    /** How often, how many at once, how large; nothing is limited where this is absent. */
    limits: ruleLimits.optional(),
    /** How the caller must have signed in for such a call; who hasn't is asked to. */
    signIn: ruleSignIn.optional(),
    /** The same of who approves such a call; to deny is free. */
    approverSignIn: ruleSignIn.optional(),
    /** What becomes of binary content in the answers of such calls, whatever `masking.binary` says. */
    binary: z.enum(binaryModes).optional(),
    /** What an approver may grant for later calls of the same principal and tool (docs/configuration.md, "Grants"). */
    grants: ruleGrants.optional(),
    /** Shown to approver and caller, in the author's words. */
    why: z.string().max(500).default(""),
  })
  .refine((value) => value.effect !== "approve" || value.approvers.length > 0 || value.steps !== undefined, {
    message: "A rule that holds calls needs approvers: name their groups",
    path: ["approvers"],
  })
  .refine((value) => value.steps === undefined || value.effect === "approve", {
    message: "steps goes with effect: approve: remove it here",
    path: ["steps"],
  })
  .refine((value) => value.steps === undefined || value.approvers.length === 0, {
    message: "approvers is the short form of one step: write either approvers or steps",
    path: ["steps"],
  })
  .refine((value) => !value.readOnly || value.effect === "allow", {
    message: "readOnly goes with effect: allow: remove it here",
    path: ["readOnly"],
  })
  .refine((value) => value.requireReason === undefined || value.effect === "approve", {
    message: "requireReason goes with effect: approve: remove it here",
    path: ["requireReason"],
  })
  .refine((value) => value.presence === undefined || value.effect === "approve", {
    message: "presence goes with effect: approve: remove it here",
    path: ["presence"],
  })
  .refine((value) => value.limits === undefined || value.effect !== "deny", {
    message: "limits go with effect allow or approve: remove them here",
    path: ["limits"],
  })
  .refine((value) => value.signIn === undefined || value.effect !== "deny", {
    message: "signIn goes with effect allow or approve: remove it here",
    path: ["signIn"],
  })
  .refine((value) => value.approverSignIn === undefined || value.effect === "approve", {
    message: "approverSignIn goes with effect: approve: remove it here",
    path: ["approverSignIn"],
  })
  .refine((value) => value.binary === undefined || value.effect !== "deny", {
    message: "binary goes with effect allow or approve: remove it here",
    path: ["binary"],
  })
  .refine((value) => value.quick === undefined || value.effect === "approve", {
    message: "quick goes with effect: approve: remove it here",
    path: ["quick"],
  })
  .refine((value) => value.quick !== true || mayBeQuick(value.risk), {
    message: "quick is for risk low or medium: what is riskier is decided where all of it is seen",
    path: ["quick"],
  })
  .refine((value) => value.quick !== true || value.presence === undefined, {
    message: "quick lets a notification decide, presence asks for more: write one of them",
    path: ["quick"],
  })
  .refine(({ grants, effect }) => grants === undefined || effect === "approve", {
    message: "grants goes with effect: approve: remove it here",
    path: ["grants"],
  })
  .refine(({ grants, steps }) => grants === undefined || steps === undefined || isOnePerson(steps), {
    message: "One approver's word makes a grant: where several must approve, remove it",
    path: ["grants"],
  })
  .refine(({ grants, risk: held }) => grants === undefined || risks.indexOf(held) <= risks.indexOf(grants.upTo), {
    message:
      "Calls of this rule's risk are granted only where grants says so: add upTo with that risk, or remove grants",
    path: ["grants"],
  })
  .refine(({ requests, effect, when }) => requests === undefined || (effect !== "deny" && when === undefined), {
    message:
      "requests goes by groups and connections alone, with allow or approve: give it a rule of its own, without when",
    path: ["requests"],
  });

/** Who has to approve, whichever form the rule was written in. */
export function stepsOf({
  steps,
  approvers,
}: Pick<z.infer<typeof rule>, "steps" | "approvers">): readonly ApproverStep[] {
  return steps ?? [{ approvers, need: "any" }];
}

function isOnePerson(steps: readonly ApproverStep[]): boolean {
  const [first, ...others] = steps;
  return others.length === 0 && (first?.need === "any" || first?.need === 1);
}
