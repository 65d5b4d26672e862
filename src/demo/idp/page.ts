import { createHash } from "node:crypto";

const style = `
:root { color-scheme: light dark; --canvas: light-dark(#f4f4f6, #1a1b1e); --surface: light-dark(#fff, #212327);
  --line: light-dark(#e3e4e8, #313339); --field: light-dark(#878a94, #7d818c); --ink: light-dark(#191a1d, #ededf0);
  --ink-2: light-dark(#4d5059, #bbbec6); --hover: light-dark(#eaebee, #292b30); --focus: light-dark(#2c58cc, #8aacff); }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 24px;
  background: var(--canvas); color: var(--ink); font: 15px/24px system-ui, -apple-system, "Segoe UI", sans-serif; }
main { width: min(420px, 100%); padding: 32px; background: var(--surface); border: 1px solid var(--line); border-radius: 10px; }
h1 { margin: 0 0 8px; font-size: 20px; line-height: 28px; }
p { margin: 0 0 16px; color: var(--ink-2); overflow-wrap: anywhere; }
button { width: 100%; min-height: 44px; margin: 0 0 8px; padding: 8px 16px; text-align: left; font: inherit; color: inherit;
  background: transparent; border: 1px solid var(--field); border-radius: 6px; cursor: pointer; }
button:hover { background: var(--hover); }
button:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
button strong, button small { display: block; }
button small { font-size: 13px; line-height: 20px; color: var(--ink-2); }
button.quiet { margin: 8px 0 0; text-align: center; border-color: transparent; color: var(--ink-2); }
`;

const styleHash = createHash("sha256").update(style).digest("base64");

/**
 * What every page of the provider is sent with. The form's answer leads on to the client's loopback address, and
 * browsers hold the whole chain of redirects against `form-action`.
 */
export const pageHeaders: Readonly<Record<string, string>> = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "content-security-policy":
    `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; frame-ancestors 'none'; ` +
    "form-action 'self' http://127.0.0.1:* http://localhost:*",
};

/** A whole page; `title` and `paragraphs` are escaped, `trustedHtml` is not. */
export function providerPage(content: {
  readonly title: string;
  readonly paragraphs: readonly string[];
  readonly trustedHtml: string;
}): string {
  const title = escapeHtml(content.title);
  const paragraphs = content.paragraphs.map((text) => `<p>${escapeHtml(text)}</p>`).join("");
  return (
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title>` +
    `<meta name="viewport" content="width=device-width, initial-scale=1"><style>${style}</style></head>` +
    `<body><main><h1>${title}</h1>${paragraphs}${content.trustedHtml}</main></body></html>`
  );
}

/** Text as HTML content or as a quoted attribute's value. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
