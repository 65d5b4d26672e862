import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { protocol, type Session } from "electron";

/** Where the console's pages come from; no other origin may talk to main. */
export const consoleOrigin = "app://countersign";
export const consolePage = `${consoleOrigin}/index.html`;

/** Makes `app:` a standard, secure scheme, so that it has origins and CSP's 'self'. Before Electron is ready. */
export function declareConsoleScheme(): void {
  protocol.registerSchemesAsPrivileged([{ scheme: "app", privileges: { standard: true, secure: true } }]);
}

/** Serves the built console from `folder` under its origin. */
export function serveConsole(session: Session, folder: string): void {
  session.protocol.handle("app", (request) => answerRequest(folder, request));
}

/** The file a request names, with the headers every page of ours carries; 404 for all that is not plainly one of our files. */
export async function answerRequest(folder: string, request: { url: string; method: string }): Promise<Response> {
  const path = filePath(request);
  if (path === null) return refusal(404);
  const type = contentTypes[extname(path)];
  if (type === undefined) return refusal(404);
  try {
    const body = await readFile(join(folder, path));
    return new Response(body, { headers: { ...pageHeaders, "content-type": type } });
  } catch {
    // Missing and unreadable look the same from a page.
    return refusal(404);
  }
}

/** The path below the console's folder, or null. Names are taken literally: nothing is decoded, so nothing can climb out. */
function filePath(request: { url: string; method: string }): string | null {
  if (request.method !== "GET" || !URL.canParse(request.url)) return null;
  const url = new URL(request.url);
  if (url.protocol !== "app:" || url.host !== "countersign") return null;
  if (url.pathname === "/" || url.pathname === "") return "index.html";
  return plainPath.test(url.pathname) ? url.pathname.slice(1) : null;
}

// Segments start with a letter, digit, _ or -: no dot files, no `..`, no `%2e`, no `\`, no drive letters.
const plainPath = /^(?:\/[A-Za-z0-9_-][A-Za-z0-9_.-]*)+$/;

const contentTypes: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".woff2": "font/woff2",
};

/** No inline script or style, no network, no frames, no forms: a page can show and call the preload, nothing else. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "connect-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

const pageHeaders: Readonly<Record<string, string>> = {
  "content-security-policy": contentSecurityPolicy,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-store",
};

function refusal(status: number): Response {
  return new Response(null, { status, headers: pageHeaders });
}
