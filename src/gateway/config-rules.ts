import { z } from "zod";
import { presence, risk } from "../shared/approval.ts";
import { duration } from "./config-duration.ts";
import { ruleLimits } from "./config-limits.ts";
import { binaryModes } from "./masking/kinds.ts";

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
    /** A CEL condition over the call (README, "Conditions"). It is checked when the file is read; a call on which it fails is refused. */
    when: z.string().min(1).max(4000).optional(),
    effect: z.enum(["allow", "deny", "approve"]),
    /** The author's word that the call changes nothing: its record may be written while it runs. */
    readOnly: z.boolean().default(false),
    /** What a target may ask of the client of these principals on these connections, whatever is called; nothing unless a rule says so. */
    requests: z.array(z.enum(["sampling", "elicitation", "roots"])).optional(),
    risk: risk.default("medium"),
    approvers: names.default([]),
    expires: duration.default(600_000),
    /** An approver must say why before such a call runs. */
    requireReason: z.boolean().optional(),
    /** The least presence with which such a call is approved; for risk high and critical it is `window` even where this says `cli`. */
    presence: presence.optional(),
    /** How often, how many at once, how large; nothing is limited where this is absent. */
    limits: ruleLimits.optional(),
    /** What becomes of binary content in the answers of such calls, whatever `masking.binary` says. */
    binary: z.enum(binaryModes).optional(),
    /** Shown to approver and caller, in the author's words. */
    why: z.string().max(500).default(""),
  })
  .refine((value) => value.effect !== "approve" || value.approvers.length > 0, {
    message: "A rule that holds calls needs approvers: name their groups",
    path: ["approvers"],
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
  .refine((value) => value.binary === undefined || value.effect !== "deny", {
    message: "binary goes with effect allow or approve: remove it here",
    path: ["binary"],
  })
  .refine(({ requests, effect, when }) => requests === undefined || (effect !== "deny" && when === undefined), {
    message:
      "requests goes by groups and connections alone, with allow or approve: give it a rule of its own, without when",
    path: ["requests"],
  });
