import { describe, expect, it } from "vitest";
import type { Principal } from "../../../src/gateway/identity/principal.ts";
import { lackingOf, signInText, type Lacking, type SignInTerms } from "../../../src/gateway/policy/sign-in.ts";
import { caller } from "./subjects.ts";

const nowMs = Date.parse("2026-11-20T12:00:00Z");
const minute = 60_000;
const ago = (minutes: number): Partial<Principal> => ({ authenticatedAtMs: nowMs - minutes * minute });
const recent: SignInTerms = { withinMs: 15 * minute };
const strong: SignInTerms = { acr: ["c1", "urn:example:mfa"] };
const byKey: SignInTerms = { methods: ["hwk", "phr"] };

describe("what a sign-in lacks", () => {
  it.each<[string, Partial<Principal>, SignInTerms, Lacking | null]>([
    ["a sign-in of just now", ago(0), recent, null],
    ["one of exactly that age", ago(15), recent, null],
    ["one a moment older", { authenticatedAtMs: nowMs - 15 * minute - 1 }, recent, "age"],
    ["one of hours ago", ago(600), recent, "age"],
    ["one that doesn't say when", { authenticatedAtMs: null }, recent, "age"],
    ["a service", { kind: "service", ...ago(0) }, recent, "person"],
    ["a service, whatever is asked", { kind: "service", contexts: ["c1"] }, strong, "person"],
    ["a class that is asked for", { contexts: ["urn:example:mfa"] }, strong, null],
    ["another class", { contexts: ["c2", "c10"] }, strong, "acr"],
    ["no class", {}, strong, "acr"],
    ["a class whose name begins alike", { contexts: ["c11"] }, { acr: ["c1"] }, "acr"],
    ["the class as a condition reads it alone", { assurance: "c1" }, strong, "acr"],
    ["a method that is asked for", { methods: ["pwd", "hwk"] }, byKey, null],
    ["a method under the classes' name", { contexts: ["hwk"] }, byKey, "methods"],
    ["other methods", { methods: ["pwd", "otp"] }, byKey, "methods"],
    ["a strong one that is too old", { ...ago(16), contexts: ["c1"] }, { ...recent, ...strong }, "age"],
    ["a fresh one that is too weak", { ...ago(1) }, { ...recent, ...strong }, "acr"],
    ["all of it", { ...ago(1), contexts: ["c1"], methods: ["phr"] }, { ...recent, ...strong, ...byKey }, null],
  ])("%s", (_name, change, terms, lacks) => {
    expect(lackingOf({ ...caller("engineers"), ...change }, terms, nowMs)).toBe(lacks);
  });

  it("is said in words", () => {
    expect(signInText({ ...recent, ...strong })).toBe(
      "a sign-in of the last 15 minutes, with acr c1 or urn:example:mfa",
    );
    expect(signInText({ withinMs: 3_600_000 })).toBe("a sign-in of the last hour");
    expect(signInText({ withinMs: 90_000 })).toBe("a sign-in of the last 90 seconds");
    expect(signInText(byKey)).toBe("a sign-in, by hwk or phr");
  });
});
