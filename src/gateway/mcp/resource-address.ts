/**
 * Why a resource's address can't be judged, or null: the rules compare its text, so one address must have one spelling (RFC 3986, section 6.2.2).
 * A target may read `/a/../b` as `/b`, `%62` as `b`, `%2F` as `/` and `FILE:` as `file:`.
 */
export function otherSpelling(uri: string): string | null {
  if (/^[^:/?#]*[A-Z][^:/?#]*:/.test(uri)) return "its scheme must be in lower case";
  if (/%(?![0-9A-Fa-f]{2})/.test(uri)) return "it has a % that encodes nothing";
  const encoded = uri.match(/%[0-9A-Fa-f]{2}/g) ?? [];
  if (encoded.some((each) => /[A-Za-z0-9._~/\\-]/.test(String.fromCharCode(Number.parseInt(each.slice(1), 16)))))
    return "it has encoded letters, digits, dots or separators";
  if (/(^|[/\\:])\.{1,2}([/\\?#]|$)/.test(uri)) return "it has . or .. as a segment";
  return null;
}
