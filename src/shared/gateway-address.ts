/** Why a text is no gateway's address, for the words beside the field. */
export type AddressFault =
  | "empty"
  | "unreadable"
  | "not-https"
  | "user-info"
  | "more-than-origin"
  | "trailing-dot"
  | "odd-characters";

export type GatewayAddress =
  /** `isDisguised`: letters of other scripts stand in its name, which `origin` shows in its coded form (`xn--`). */
  | { readonly ok: true; readonly origin: string; readonly isDisguised: boolean }
  | { readonly ok: false; readonly why: AddressFault };

/**
 * The origin that a person's text means: https, or http on loopback, and nothing after it. Without a scheme it is https. Nothing is
 * guessed beyond that, so that what is shown, confirmed and pinned is one thing.
 */
export function readGatewayAddress(text: string): GatewayAddress {
  const typed = text.trim();
  if (typed === "") return no("empty");
  // A browser's parser drops tabs and line ends and takes a backslash for a slash: what is read would not be what is seen.
  if (/[\s\\\p{C}]/u.test(typed)) return no("odd-characters");
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(typed) ? typed : `https://${typed}`;
  if (!URL.canParse(withScheme)) return no("unreadable");
  const url = new URL(withScheme);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback(url.hostname))) return no("not-https");
  if (url.username !== "" || url.password !== "" || withScheme.includes("@")) return no("user-info");
  if (!/^[^:]+:\/\/[^/?#]+\/?$/.test(withScheme)) return no("more-than-origin");
  // The same name to DNS, another one to certificates and to every comparison of origins.
  if (url.hostname.endsWith(".")) return no("trailing-dot");
  return { ok: true, origin: url.origin, isDisguised: url.hostname.split(".").some((part) => part.startsWith("xn--")) };
}

function isLoopback(hostname: string): boolean {
  return hostname === "127.0.0.1" || hostname === "[::1]" || hostname === "localhost";
}

function no(why: AddressFault): GatewayAddress {
  return { ok: false, why };
}
