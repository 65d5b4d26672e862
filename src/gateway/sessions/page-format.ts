import type { SessionView } from "../../shared/audit-sessions.ts";
import { pageScript } from "./page-script.ts";
import { pageStyle } from "./page-style.ts";
import { pageBeginning } from "../pages/page-beginning.ts";
import { pageText } from "../pages/page-text.ts";

/** The beginning of a session as one HTML file, which asks nobody for anything: whatever is not named here is refused by its own policy. */
export function pageHead(origin: string, session: SessionView): string {
  const client = session.client ?? session.via ?? "a client without a name";
  const title = `Session of ${client} on ${session.connection}`;
  return `${pageBeginning({ title, style: pageStyle, script: pageScript })}<header>
<h1>${pageText(title)}</h1>
<dl>${factsOf(origin, session)
    .map(([name, value]) => `<dt>${name}</dt><dd>${pageText(value)}</dd>`)
    .join("")}</dl>
</header>
<nav hidden aria-label="Replay">
<button id="back" type="button">Back</button> <button id="play" type="button">Play</button> <button id="on" type="button">On</button>
<label>Speed <select id="speed"><option value="0.5">0.5×</option><option value="1" selected>1×</option><option value="2">2×</option><option value="8">8×</option></select></label>
<button id="next-hold" type="button">Next hold</button> <button id="next-denial" type="button">Next denial</button> <button id="next-failure" type="button">Next failure</button>
<input id="at" type="range" min="0" value="0" aria-label="Moment">
</nav>
<main>
<ol>
`;
}

/** Its end. */
export function pageFoot(): string {
  return `</ol>
</main>
<footer>Written by Countersign out of the gateway's ledger. Numbers are the ledger's entries; sensitive values were masked before they were recorded. This page proves nothing by itself: <code>countersign audit verify</code> checks the ledger.</footer>
<script>${pageScript}</script>
</html>
`;
}

function factsOf(origin: string, session: SessionView): readonly (readonly [string, string])[] {
  const { name, principal, principalKind, device, via, client, connection, era, fromMs, toMs, first, last } = session;
  return [
    ["Gateway", origin],
    [principalKind === "service" ? "Service" : "Person", name === null ? principal : `${name} (${principal})`],
    [
      "Client",
      [client, via === null ? null : `${via} at the tunnel`].filter((each) => each !== null).join(", ") || "not known",
    ],
    ["Device", device ?? "none"],
    ["Connection", connection],
    ["Protocol", era === "legacy" ? "with sessions (up to 2025-11-25)" : "stateless (2026-07-28)"],
    ["From", new Date(fromMs).toISOString()],
    ["To", new Date(toMs).toISOString()],
    ["Calls", `${session.calls}: ${session.held} held, ${session.denied} denied or refused, ${session.failed} failed`],
    ["Entries", `${session.entries}, from #${first} to #${last}`],
    ["Session", session.id],
  ];
}
