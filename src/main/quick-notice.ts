import { mayBeQuick, type ApprovalView } from "../shared/approval.ts";
import { isJsonObject, type Json } from "../shared/json.ts";
import { visible } from "../shared/visible.ts";
import type { Notice } from "./notices.ts";
import { notices as words } from "./words/notices.ts";

/**
 * A notification that shows the whole masked payload, so that it may be decided from there; null where the rule does not say `quick`,
 * more is asked than a click, or any of it would not fit. Nothing is shortened: what is decided is what was shown (rule 3).
 */
export function quickNotice(approval: ApprovalView, until: string): Notice | null {
  if (!mayBeDecidedByClick(approval)) return null;
  const title = words.asks(visible(approval.requester.name), visible(approval.tool), visible(approval.connection));
  if (title.length > longestTitle) return null;
  const payload = payloadLines(approval);
  if (payload === null || payload.length > mostPayloadLines) return null;
  const lines = [...payload, words.quick.end(words.risk[approval.risk], until)];
  if (lines.some((line) => line.length > longestLine)) return null;
  return { title, body: lines.join("\n") };
}

// What every macOS alert and Windows toast shows without folding: two lines of title, three of body.
const longestTitle = 60;
const longestLine = 36;
const mostPayloadLines = 2;

function mayBeDecidedByClick({ rule, risk, state, standing }: ApprovalView): boolean {
  if (state !== "pending" || standing !== "decide") return false;
  if (rule.quick !== true || !mayBeQuick(risk)) return false;
  if (rule.requireReason === true) return false;
  return rule.presence === undefined || rule.presence === "notification";
}

/** A line for each argument, and one that says how many values are hidden. */
function payloadLines({ payload }: ApprovalView): readonly string[] | null {
  const { arguments: values, hidden } = payload;
  if (!isJsonObject(values)) return null;
  const lines = Object.entries(values).map(([name, value]) => line(name, value));
  if (lines.includes(null)) return null;
  const shown = lines.filter((text) => text !== null);
  if (shown.length === 0) shown.push(words.quick.noArguments);
  if (hidden.length > 0) shown.push(words.quick.hidden(hidden.length));
  return shown;
}

/** What is nested is read in the window: a line of brackets is not. */
function line(name: string, value: Json): string | null {
  if (typeof value === "object" && value !== null) return null;
  const text = JSON.stringify(value);
  // Blanks in a row or at an end may be folded by what draws a notification.
  if (/\s{2}|^"\s|\s"$/u.test(text) || /\s{2}|^\s|\s$/u.test(name)) return null;
  return `${visible(name)}: ${visible(text)}`;
}
