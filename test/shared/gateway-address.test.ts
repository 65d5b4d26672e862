import { describe, expect, it } from "vitest";
import { readGatewayAddress } from "../../src/shared/gateway-address.ts";
import { fc } from "../support/fast-check.ts";

describe("a typed gateway's address", () => {
  it.each([
    ["gateway.example", "https://gateway.example"],
    ["  https://Gateway.Example/ ", "https://gateway.example"],
    ["gateway.example:8443", "https://gateway.example:8443"],
    ["https://gateway.example:443", "https://gateway.example"],
    ["http://localhost:7300", "http://localhost:7300"],
    ["http://127.1:7300", "http://127.0.0.1:7300"],
    ["https://[2001:db8::0:1]:8443", "https://[2001:db8::1]:8443"],
    ["[::1]:8443", "https://[::1]:8443"],
    ["http://[::1]:7300", "http://[::1]:7300"],
    ["https://0x7f.1", "https://127.0.0.1"],
  ])("%j means %s", (text, origin) => {
    expect(readGatewayAddress(text)).toEqual({ ok: true, origin, isDisguised: false });
  });

  it.each([
    ["https://gаteway.example", "https://xn--gteway-3nf.example"],
    ["https://xn--gteway-3nf.example", "https://xn--gteway-3nf.example"],
    ["bücher.example", "https://xn--bcher-kva.example"],
  ])("shows the coded form of %s, and says so", (text, origin) => {
    expect(readGatewayAddress(text)).toEqual({ ok: true, origin, isDisguised: true });
  });

  it.each([
    ["", "empty"],
    [" \t ", "empty"],
    ["https://", "unreadable"],
    ["https://exa mple", "odd-characters"],
    ["https:\\\\evil.example", "odd-characters"],
    ["https://gateway.example\\@evil.example", "odd-characters"],
    ["https://gate\u200Bway.example", "odd-characters"],
    ["https://gate\u202Eway.example", "odd-characters"],
    ["https://a:b@gateway.example", "user-info"],
    ["gateway.example@evil.example", "user-info"],
    ["https://@gateway.example", "user-info"],
    ["https://gateway.example/path", "more-than-origin"],
    ["gateway.example/..", "more-than-origin"],
    ["https://gateway.example?x", "more-than-origin"],
    ["https://gateway.example#", "more-than-origin"],
    ["https://gateway.example.", "trailing-dot"],
    ["http://gateway.example", "not-https"],
    ["http://127.0.0.1.evil.example", "not-https"],
    ["http://[::2]", "not-https"],
    ["ftp://gateway.example", "not-https"],
    ["javascript://gateway.example", "not-https"],
    ["https://gateway.example:99999", "unreadable"],
    ["https://[::1", "unreadable"],
    ["https://256.1.1.1", "unreadable"],
  ])("%j is refused as %s", (text, why) => {
    expect(readGatewayAddress(text)).toEqual({ ok: false, why });
  });

  it("is an origin that means itself, whatever was typed", () => {
    const pieces = fc.constantFrom(
      "https://",
      "http://",
      "HTTP://",
      "gateway",
      ".",
      "example",
      ":",
      "8443",
      "@",
      "/",
      "\\",
      "?",
      "#",
      "[",
      "]",
      "::1",
      "127.0.0.1",
      "localhost",
      "ё",
      "а",
      "ß",
      "%2e",
      "%40",
      "xn--",
      "\u00AD",
      "。",
      " ",
      "\t",
    );
    const typed = fc.oneof(
      fc.array(pieces, { maxLength: 8 }).map((parts) => parts.join("")),
      fc.webUrl(),
      fc.string({ unit: "binary" }),
    );
    fc.assert(
      fc.property(typed, (text) => {
        const read = readGatewayAddress(text);
        if (!read.ok) return;
        expect(readGatewayAddress(read.origin)).toEqual(read);
        expect(read.origin).toMatch(/^https?:\/\/[!-~]+$/);
        const url = new URL(read.origin);
        expect(url.origin).toBe(read.origin);
        expect(url.hostname.endsWith(".")).toBe(false);
        if (url.protocol === "http:") expect(["127.0.0.1", "[::1]", "localhost"]).toContain(url.hostname);
        // Nobody is led elsewhere than a browser would be led by the same text.
        const asBrowser = /^[a-z][a-z0-9+.-]*:\/\//i.test(text.trim()) ? text.trim() : `https://${text.trim()}`;
        expect(new URL(asBrowser).host).toBe(url.host);
      }),
    );
  });
});
