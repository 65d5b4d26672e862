import type { AuditLine } from "../../shared/audit-search.ts";
import type { SessionView } from "../../shared/audit-sessions.ts";
import type { JsonObject } from "../../shared/json.ts";
import { indentedJson } from "../../shared/json-text.ts";
import { factsOfMoment } from "../../shared/moment-facts.ts";
import { payloadOf, wordsOfMoment } from "../../shared/session-words.ts";
import { pageLines, pageText } from "../pages/page-text.ts";
import { bodyIn } from "../audit/body-text.ts";
import type { StoredBody, StoredMoment } from "./stored-moment.ts";

/** Of a longer body so many characters are shown, its first ones. */
const mostShown = 65_536;

/** An entry of a session as an item of the page's list. */
export function pageMoment({ line, body, names }: StoredMoment, session: SessionView): string {
  const { entry, atMs, kind, facts } = line;
  const read = readBody(body);
  const { tone, title, name } = wordsOfMoment(kind, facts, read);
  const called = name === null ? "" : ` <code>${pageText(name)}</code>`;
  const at = new Date(atMs).toISOString();
  return `<li id="e${entry}" class="${tone}" data-at="${atMs}">
<h2><a href="#e${entry}">#${entry}</a> <time datetime="${at}" title="${at}">${offset(atMs - session.fromMs)}</time> <strong>${pageText(title)}</strong>${called}</h2>
${read === null ? shownText(body) : shownBody(line, read, names)}</li>
`;
}

function shownBody({ kind, facts }: AuditLine, body: JsonObject, names: StoredMoment["names"]): string {
  const list = factsOfMoment(facts, body, names).map(([name, value]) => `<dt>${name}</dt><dd>${pageText(value)}</dd>`);
  const payload = payloadOf(kind, body);
  const hidden = payload?.hidden.length ?? 0;
  const note =
    hidden === 0 ? "" : `<p class="note">${hidden === 1 ? "1 value is" : `${hidden} values are`} hidden in it.</p>\n`;
  const text = payload === null ? "" : `<pre tabindex="0">${pageLines(indentedJson(payload.value))}</pre>\n`;
  return `<dl>${list.join("")}</dl>\n${text}${note}`;
}

function shownText(body: StoredBody): string {
  if (body.at === "erased")
    return `<p class="note">This entry's body was erased${body.how === undefined ? "" : ` ${pageText(body.how)}`}. Its leaf stays, and is verified with the ledger.</p>\n`;
  const whole =
    body.at === "file"
      ? `${body.bytes.toLocaleString("en")} bytes`
      : `${body.text.length.toLocaleString("en")} characters`;
  return `<pre tabindex="0">${pageText(body.text.slice(0, mostShown))}</pre>
<p class="note">The first ${Math.min(mostShown, body.text.length).toLocaleString("en")} of ${whole}. The export as JSON Lines has it whole.</p>
`;
}

/** The body where it is short enough to be shown whole. */
function readBody(body: StoredBody): JsonObject | null {
  if (body.at !== "row" || body.text.length > mostShown) return null;
  return bodyIn(body.text);
}

/** Time since the session began: `0:00.000`, `1:02:03.004`. Clocks may have been set back. */
function offset(ms: number): string {
  const sign = ms < 0 ? "−" : "+";
  const [hours, minutes, seconds] = [
    Math.abs(ms) / 3_600_000,
    (Math.abs(ms) / 60_000) % 60,
    (Math.abs(ms) / 1000) % 60,
  ].map(Math.floor);
  const rest = String(Math.abs(ms) % 1000).padStart(3, "0");
  const short = `${String(minutes).padStart(hours === 0 ? 1 : 2, "0")}:${String(seconds).padStart(2, "0")}.${rest}`;
  return `${sign}${hours === 0 ? short : `${hours}:${short}`}`;
}
