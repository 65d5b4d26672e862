/**
 * Chromium without Electron knows no `app:` scheme, so the pages of a custom scheme are shown under an https host that resolves nowhere:
 * `app://countersign/x` is `https://countersign.app.invalid/x`. Both forms have an origin, are secure, and obey CSP's 'self'.
 */
export function chromiumAddress(address: string): string {
  const match = /^([a-z]+):\/\/([^/]+)(.*)$/.exec(address);
  if (match === null || match[1] === "https" || match[1] === "http") return address;
  return `https://${match[2]}.${match[1]}.invalid${match[3]}`;
}

/** The address as Electron would name it. */
export function electronAddress(address: string): string {
  const match = /^https:\/\/([^/]+)\.([a-z]+)\.invalid(.*)$/.exec(address);
  return match === null ? address : `${match[2]}://${match[1]}${match[3]}`;
}

/** The scheme of an Electron address, without its colon. */
export function schemeOf(address: string): string {
  return address.slice(0, address.indexOf(":"));
}

/** The origin of an Electron address as WebFrameMain gives it, `app://countersign`. */
export function originOf(address: string): string {
  return /^[a-z]+:\/\/[^/]+/.exec(address)?.[0] ?? "null";
}
