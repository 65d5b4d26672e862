import type { PastCounts } from "../../shared/approval-context.ts";
import { count } from "./count.ts";

const verdicts = ({ approved, denied }: PastCounts) => `${approved} approved, ${denied} denied`;

/** What else is known about a request. */
export const context = {
  before: "Before",
  reading: "Reading…",
  asked: (past: PastCounts) =>
    past.isWhole
      ? `Asked for this tool ${count(past.asked, "time", "times")} before: ${verdicts(past)}`
      : `Often asked for this tool before; of the newest ones ${count(past.asked, "is", "are")} open to you: ${verdicts(past)}`,
  byAnyone: (past: PastCounts) =>
    `All who asked for it: ${past.isWhole ? "" : "at least "}${count(past.asked, "time", "times")} before, ${verdicts(past)}. `,
  first: "First held call of this tool by this person",
  firstOfAll: "First held call of this tool by anybody",
  notFound: "No earlier one that is open to you",
  scope: "Counted are held calls that you may see.",
  burst: (asked: number, isWhole: boolean, minutes: number) =>
    `${isWhole ? "" : "At least "}${asked} held calls of this person within ${minutes} minutes`,
  unread: "What else is known could not be read from the gateway. What is shown here is whole without it.",

  changes: "Changes",
  changesTitle: "Since the last approved call",
  noneApproved: "No approved call of this tool by this person to compare with",
  same: "Same as the last approved call",
  differs: (changed: number, added: number, removed: number) =>
    [
      changed > 0 ? `${changed} changed` : "",
      added > 0 ? `${added} added` : "",
      removed > 0 ? `${removed} removed` : "",
    ]
      .filter((each) => each !== "")
      .join(", "),
  since: (ago: string) => ` since the last approved call, ${ago}`,
  show: "Show changes",
  otherTool: "The tool was declared otherwise then.",
  tooLong: (length: number) => `Its payload is too long to compare here: ${count(length, "character", "characters")}.`,
  tooMany: "This payload has too many values to be compared here.",
  asShown: "Masked values are compared only as they are shown: what is hidden may differ.",
  mark: { added: "added", removed: "removed", changed: "changed", same: "unchanged" },
  was: "was ",
  is: "now ",
  unchanged: (n: number) => count(n, "unchanged value", "unchanged values"),
  more: (n: number) => `Show ${count(n, "more line", "more lines")}`,

  answer: "Answer",
  answerNote: "What the server answered, masked, as it was recorded.",
  answerTooLong: (length: number) =>
    `Too long to show here: ${count(length, "character", "characters")}. The ledger has it.`,
  noAnswer: "No answer is kept.",
  answerReading: "Reading the answer…",
  answerUnread: "The answer could not be read from the gateway.",
} as const;
