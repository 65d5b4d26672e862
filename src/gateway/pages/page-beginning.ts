import { createHash } from "node:crypto";
import { pageText } from "./page-text.ts";

interface PageParts {
  readonly title: string;
  readonly style: string;
  /** Stands at the page's end, where its writer puts it; without one nothing may run. */
  readonly script?: string;
}

/** The beginning of one HTML file that asks nobody for anything: by its own policy style and script are those with these hashes, and all else is refused. */
export function pageBeginning({ title, style, script }: PageParts): string {
  const scripts = script === undefined ? "" : ` script-src ${hashed(script)};`;
  const policy = `default-src 'none'; style-src ${hashed(style)};${scripts} base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${pageText(title)}</title>
<style>${style}</style>
`;
}

function hashed(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}
