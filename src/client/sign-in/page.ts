import { createHash } from "node:crypto";
import { CountersignError } from "../../shared/errors.ts";

/** How a sign-in ended, as the browser tab shows it. */
export interface Ending {
  readonly status: number;
  readonly title: string;
  readonly text: string;
}

export const endings = {
  signedIn: { status: 200, title: "You are signed in", text: "You can close this tab and go back to Countersign." },
  denied: {
    status: 200,
    title: "The sign-in was refused",
    text: "Your sign-in provider did not let this sign-in through. You can close this tab and try again from Countersign.",
  },
  failed: {
    status: 200,
    title: "The sign-in did not work",
    text: "Countersign says what went wrong and what to do. You can close this tab.",
  },
  unanswered: {
    status: 200,
    title: "The sign-in provider did not answer",
    text: "You are not signed in. You can close this tab; try again from Countersign in a minute.",
  },
  misconfigured: {
    status: 200,
    title: "The sign-in is not set up correctly",
    text: "You are not signed in. You can close this tab; Countersign says what whoever runs it has to look at.",
  },
  over: {
    status: 200,
    title: "This sign-in is over",
    text: "It was cancelled, or it took too long. You can close this tab and start again from Countersign.",
  },
  unexpected: {
    status: 400,
    title: "This address was not expected",
    text: "It does not belong to the sign-in that Countersign is waiting for. You can close this tab.",
  },
} as const satisfies Readonly<Record<string, Ending>>;

/** How the tab tells of an error of the sign-in. */
export function endingOf(error: unknown): Ending {
  const code = error instanceof CountersignError ? error.code : null;
  if (code === "denied") return endings.denied;
  if (code === "transient") return endings.unanswered;
  if (code === "misconfigured") return endings.misconfigured;
  return endings.failed;
}

const style = `
:root { color-scheme: light dark; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 24px; box-sizing: border-box;
  background: light-dark(#f4f4f6, #1a1b1e); color: light-dark(#191a1d, #ededf0);
  font: 15px/24px system-ui, -apple-system, "Segoe UI", sans-serif; }
main { max-width: 420px; padding: 32px; background: light-dark(#fff, #212327);
  border: 1px solid light-dark(#e3e4e8, #313339); border-radius: 10px; }
h1 { margin: 0 0 8px; font-size: 20px; line-height: 28px; }
p { margin: 0; color: light-dark(#4d5059, #bbbec6); }
`;

const styleHash = createHash("sha256").update(style).digest("base64");

/** Headers of the page: nothing runs, nothing loads, nothing is kept, and the address with the code goes nowhere. */
export const pageHeaders: Readonly<Record<string, string>> = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "cross-origin-opener-policy": "same-origin",
  "content-security-policy": `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
};

/** The page as HTML; every text in it is escaped. */
export function endingPage(ending: Ending): string {
  const title = escapeHtml(ending.title);
  return (
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title} – Countersign</title>` +
    `<meta name="viewport" content="width=device-width, initial-scale=1"><style>${style}</style></head>` +
    `<body><main role="status"><h1>${title}</h1><p>${escapeHtml(ending.text)}</p></main></body></html>`
  );
}

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
