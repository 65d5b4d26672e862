/**
 * A change as lines of a unified diff with three lines around each. null: there is no file. Tokens of ours are masked, and so is what
 * looks like another server's secret beside them.
 */
export function unifiedDiff(file: string, before: string | null, after: string | null): readonly string[] {
  if (before === after) return [];
  const lines = compared(linesOf(before ?? ""), linesOf(after ?? ""));
  const shown = lines.map((_, index) => lines.slice(Math.max(0, index - around), index + around + 1).some(isChange));
  const diff = [`--- ${before === null ? "/dev/null" : file}`, `+++ ${after === null ? "/dev/null" : file}`];
  let [old, now] = [1, 1];
  for (let index = 0; index < lines.length; index += 1) {
    if (shown[index] === true && shown[index - 1] !== true) {
      const until = shown.indexOf(false, index);
      diff.push(heading(lines.slice(index, until === -1 ? lines.length : until), old, now));
    }
    const line = lines[index];
    if (line === undefined) break;
    if (shown[index] === true) diff.push(line.mark + withoutSecrets(line.text));
    if (line.mark !== "+") old += 1;
    if (line.mark !== "-") now += 1;
  }
  return diff;
}

interface Line {
  readonly mark: " " | "-" | "+";
  readonly text: string;
}

function withoutSecrets(text: string): string {
  return text
    .replaceAll(/cst_[\w-]{43}/g, "cst_…")
    .replaceAll(namedSecret, (_all, name: string, value: string) => `${name}${masked(value)}`)
    .replaceAll(/(:\/\/[^\s/@:"']{0,100}:)[^\s/@"']{1,200}@/g, "$1…@")
    .replaceAll(/[\w+=-]{16,}/g, (run) => (/\d/.test(run) && /[A-Za-z]/.test(run) && !uuid.test(run) ? "…" : run));
}

/** A value whose name says that it is one (`"PASSWORD": "…"`, `token = …`, `--api-key=…`), however it looks. */
const namedSecret =
  /((?:secret|token|passw(?:or)?d|passphrase|api[_-]?key|access[_-]?key|private[_-]?key|credential|authorization)[\w.-]{0,40}["']?\s{0,8}[:=]\s{0,8})("(?:[^"\\]|\\.)*"|'[^']*'|[^\s"',{}[\]#|>][^"',}\]]{0,500}?(?=\s{1,8}#|["',}\]]|$))/gi;

/** What a value of another server looks like once it is hidden; numbers and our own token, which is hidden already, stay. */
function masked(value: string): string {
  if (/cst_…/.test(value) || /^(?:[\d._]+|true|false|null|"")$/.test(value)) return value;
  const [quote = ""] = /^["']/.exec(value) ?? [];
  return `${quote}…${quote}`;
}

const uuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;
const around = 3;
const isChange = ({ mark }: Line): boolean => mark !== " ";

function heading(lines: readonly Line[], old: number, now: number): string {
  const [olds, nows] = [
    lines.filter(({ mark }) => mark !== "+").length,
    lines.filter(({ mark }) => mark !== "-").length,
  ];
  return `@@ -${olds === 0 ? old - 1 : old},${olds} +${nows === 0 ? now - 1 : now},${nows} @@`;
}

/** Lines without their ends; a last line without one is told apart, as it would look the same. */
function linesOf(text: string): readonly string[] {
  if (text === "") return [];
  const lines = text.split("\n").map((line) => line.replace(/\r$/, ""));
  return text.endsWith("\n") ? lines.slice(0, -1) : [...lines.slice(0, -1), `${lines.at(-1) ?? ""} (no line end)`];
}

function compared(before: readonly string[], after: readonly string[]): readonly Line[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head += 1;
  let tail = 0;
  const most = Math.min(before.length, after.length) - head;
  while (tail < most && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  return [
    ...marked(" ", before.slice(0, head)),
    ...middle(before.slice(head, before.length - tail), after.slice(head, after.length - tail)),
    ...marked(" ", before.slice(before.length - tail)),
  ];
}

const marked = (mark: Line["mark"], lines: readonly string[]): Line[] => lines.map((text) => ({ mark, text }));

/** By the longest common subsequence, where that costs little; what a client wrote wholly anew is shown as such. */
function middle(before: readonly string[], after: readonly string[]): readonly Line[] {
  if (before.length * after.length > mostCells) return [...marked("-", before), ...marked("+", after)];
  const width = after.length + 1;
  const common = new Uint32Array((before.length + 1) * width);
  const at = (row: number, column: number): number => common[row * width + column] ?? 0;
  for (let row = before.length - 1; row >= 0; row -= 1)
    for (let column = after.length - 1; column >= 0; column -= 1)
      common[row * width + column] =
        before[row] === after[column]
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1));
  const lines: Line[] = [];
  let [row, column] = [0, 0];
  while (row < before.length || column < after.length) {
    const [old, now] = [before[row], after[column]];
    if (old !== undefined && old === now) {
      lines.push({ mark: " ", text: old });
      row += 1;
      column += 1;
    } else if (old !== undefined && (now === undefined || at(row + 1, column) >= at(row, column + 1))) {
      lines.push({ mark: "-", text: old });
      row += 1;
    } else {
      lines.push({ mark: "+", text: now ?? "" });
      column += 1;
    }
  }
  return lines;
}

const mostCells = 4_000_000;
