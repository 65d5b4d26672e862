/** Longer values are never matched by prefix: they are held. */
const longest = 8192;

/**
 * Why no grant may bind an argument by this prefix, or null where it may. A prefix ends where a name ends, so that `/srv/app` can't let
 * `/srv/apple` through, and one of an address names its host whole.
 */
export function prefixFault(prefix: string): string | null {
  if (!isPlainText(prefix)) return "it holds characters that can't be seen, or that have another spelling";
  if (leavesItsPlace(prefix)) return "it holds a step such as .. or an encoded separator";
  if (!/[^\p{L}\p{N}\p{M}.]$/u.test(prefix)) return "it ends within a name: end it with a separator, such as /";
  if (/^([a-z][a-z0-9+.-]*:)?[/\\]{2}/i.test(prefix) && !/^([a-z][a-z0-9+.-]*:)?[/\\]{2}[^/\\]+[/\\]/i.test(prefix))
    return "it begins an address without its whole host and a /";
  return null;
}

/**
 * Whether a value begins with the prefix and stays below it for every reader: no `.` or `..` step, no encoded separator, nothing
 * unseen, nothing that Unicode normalisation would turn into something else. What is refused here is only held, never lost.
 */
export function fallsUnder(prefix: string, value: string): boolean {
  if (!value.startsWith(prefix) || value.length > longest) return false;
  // A mark would join the separator before it and make another character of both.
  if (/^\p{M}/u.test(value.slice(prefix.length))) return false;
  return prefix.length >= hostEnd(value) && isPlainText(value) && !leavesItsPlace(value);
}

/** Where the host ends of what could be read as an address, with the separator after it; 0 for anything else. Whatever stands before the first two slashes may be its scheme. */
function hostEnd(text: string): number {
  return /^[^/\\]*[/\\]{2,}[^/\\]*[/\\]?/.exec(text)?.[0].length ?? 0;
}

/** No control, format or unpaired character, no line end, and equal to its own NFKC form, in which look-alikes of `.` and `/` show. */
function isPlainText(text: string): boolean {
  return !/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(text) && text.normalize("NFKC") === text;
}

/** A step within a path that is not a name, in any spelling that a target may understand. */
function leavesItsPlace(text: string): boolean {
  // Per cent encoding of `.`, `/`, `\`, of control characters, and of `%` itself, which would encode once more; of what isn't ASCII, in which
  // overlong forms and look-alikes of these hide; and the form with `u`, which some servers know.
  if (/%(2e|2f|5c|25|[01][0-9a-f]|7f|[89a-f]|u)/i.test(text)) return true;
  return text.split(/[/\\]/).some(isStep);
}

/** `.`, `..`, and what some systems read as such: followed by blanks, dots or a `;` parameter. */
function isStep(segment: string): boolean {
  const name = segment.trim();
  return name.startsWith("..") || name === "." || name.startsWith(".;");
}
