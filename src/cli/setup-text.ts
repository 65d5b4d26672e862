import type { SetupChange, SetupEntry, SetupProblem, SetupView } from "../shared/setup.ts";
import { visibleLine } from "../shared/visible.ts";
import { claimText } from "./claim-text.ts";
import { table } from "./terminal.ts";

/** A change to one client's file as lines, with its diff; `would` before it is made. */
export function changeLines(change: SetupChange, tense: "would" | "did"): readonly string[] {
  const title = titleOf(change);
  const names = change.entries.map(({ name }) => name).join(", ") || "no connection";
  switch (change.did) {
    case "nothing":
      return [`${title}: nothing to change (${names}) in ${change.file}`];
    case "refused":
      return [`${title}: left as it is. ${problemText(change.file, change.problem)}`, ...mending(change.problem)];
    case "written":
      return [
        `${title}: ${names} ${tense === "did" ? "written" : "would be written"}`,
        ...shown(change.diff),
        ...change.notes,
      ];
    case "removed":
      return [
        `${title}: ${tense === "did" ? "taken out" : "would be taken out"}; ${names} left`,
        ...shown(change.diff),
        ...change.notes,
      ];
    default:
      return change.did satisfies never;
  }
}

/** What a file needs that can't be read at some place in it; what else refuses a change says so itself. */
const mending = (problem: SetupProblem | null): readonly string[] =>
  problem?.line == null ? [] : ["Mend the file there by hand, or take it back from a copy, and run the same again."];

/** A terminal makes tabs visible, which would spoil the look of an indentation. */
const shown = (diff: readonly string[]): readonly string[] => diff.map((line) => line.replaceAll("\t", "    "));

/** Every client as a row, then what is reached around the gateway. */
export function viewLines(views: readonly SetupView[]): readonly string[] {
  const rows = views.map((view) => [
    titleOf(view),
    stateText(view),
    view.client === null ? "" : claimText(view.client.claimed),
    view.entries.map(entryText).join(", "),
    view.client?.lastUsedAtMs == null ? "" : new Date(view.client.lastUsedAtMs).toISOString(),
    view.file,
  ]);
  const around = views.flatMap((view) =>
    view.around.map(
      ({ name, at }) =>
        `Not through the gateway: ${titleOf(view)} reaches ${visibleLine(name, 60)} (${visibleLine(at, 80)})`,
    ),
  );
  return [...table(["client", "state", "says it is", "connections", "last used", "file"], rows), ...around];
}

const titleOf = ({ name, variant }: Pick<SetupView, "name" | "variant">): string =>
  variant === null ? name : `${name} (${variant})`;

function stateText({ state, installed, problem, seen }: SetupView): string {
  switch (state) {
    case "off":
      return installed ? "not set up" : "not installed";
    case "on":
      return seen === "live" ? "seen live" : seen === "restart" ? "written, restart needed" : "written, not seen yet";
    case "drifted":
      return "drifted: setup --repair";
    case "broken":
      return `broken: ${problem?.line == null ? "" : `line ${problem.line}: `}${problem?.message ?? ""}`;
    default:
      return state satisfies never;
  }
}

function entryText({ name, state }: SetupEntry): string {
  return state === "right" ? name : `${name} (${state})`;
}

/** `FILE:LINE:COLUMN WHAT`, as other configuration faults are told. */
function problemText(file: string, problem: SetupProblem | null): string {
  const place = problem?.line == null ? "" : `:${problem.line}:${problem.column ?? 1}`;
  return `${file}${place} ${problem?.message ?? ""}`;
}
