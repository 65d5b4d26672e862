import { fc } from "../../support/fast-check.ts";
import { describe, expect, it } from "vitest";
import { covers } from "../../../src/gateway/grants/covers.ts";
import { fallsUnder, prefixFault } from "../../../src/shared/grant-prefix.ts";
import type { GrantConstraint } from "../../../src/shared/grant.ts";
import { canonical, type Json, type JsonObject } from "../../../src/shared/json.ts";

const digestOf = (argument: string, value: Json): string => canonical([argument, value]);
const equalTo = (args: JsonObject): GrantConstraint[] =>
  Object.entries(args).map(([argument, value]) => ({
    argument,
    constraint: "equal",
    digest: digestOf(argument, value),
  }));
const json = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.parse(JSON.stringify(value)) as Json);
const name = fc.oneof(fc.string(), fc.constantFrom("__proto__", "constructor", "toString", "length", "0"));
const args = fc
  .uniqueArray(fc.tuple(name, json), { selector: ([key]) => key, maxLength: 6 })
  .map(
    (entries): JsonObject =>
      JSON.parse(
        `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(",")}}`,
      ) as JsonObject,
  );

describe("a grant whose arguments are all bound to their values", () => {
  it("covers the very same arguments, in whatever order, and no others", () => {
    fc.assert(
      fc.property(args, args, (granted, given) => {
        const reversed = JSON.parse(
          `{${Object.entries(granted)
            .toReversed()
            .map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`)
            .join(",")}}`,
        ) as JsonObject;
        expect(covers(equalTo(granted), granted, digestOf)).toBe(true);
        expect(covers(equalTo(granted), reversed, digestOf)).toBe(true);
        expect(covers(equalTo(granted), given, digestOf)).toBe(canonical(granted) === canonical(given));
      }),
    );
  });

  it("covers nothing with an argument more, less or of another value, however deep", () => {
    fc.assert(
      fc.property(args, name, json, json, (granted, key, value, other) => {
        const with_ = JSON.parse(JSON.stringify(granted)) as Record<string, Json>;
        Object.defineProperty(with_, key, { value: { deep: [value] }, enumerable: true, configurable: true });
        const changed = JSON.parse(JSON.stringify(with_)) as Record<string, Json>;
        Object.defineProperty(changed, key, { value: { deep: [other] }, enumerable: true });
        const same = canonical(value) === canonical(other);
        expect(covers(equalTo(with_), changed, digestOf)).toBe(same);
        const without = JSON.parse(JSON.stringify(with_)) as Record<string, Json>;
        Reflect.deleteProperty(without, key);
        expect(covers(equalTo(with_), without, digestOf)).toBe(false);
        expect(covers(equalTo(without), with_, digestOf)).toBe(false);
      }),
    );
  });

  it.each<[Json]>([[null], ["text"], [1], [true], [[]], [[["a", 1]]]])("covers no arguments that are %j", (given) => {
    expect(covers([], given, digestOf)).toBe(false);
    expect(covers(equalTo({ a: 1 }), given, digestOf)).toBe(false);
  });
});

describe("an argument bound by nothing", () => {
  it("may be anything, but is there", () => {
    fc.assert(
      fc.property(json, (value) => {
        const constraints: GrantConstraint[] = [{ argument: "a", constraint: "any" }];
        expect(covers(constraints, { a: value }, digestOf)).toBe(true);
        expect(covers(constraints, {}, digestOf)).toBe(false);
        expect(covers(constraints, { a: value, b: value }, digestOf)).toBe(false);
      }),
    );
  });
});

describe("a prefix", () => {
  it.each([
    "/srv/",
    "C:\\work\\",
    "https://example.com/a/",
    "ticket-",
    "team:",
    "SELECT ",
    "s3://bucket/",
    "\\\\host\\share\\",
  ])("may be %s", (prefix) => expect(prefixFault(prefix)).toBeNull());

  it.each([
    ["/srv", "ends within a name"],
    ["/srv/app.", "ends within a name"],
    ["é", "ends within a name"],
    ["/srv/../", "step"],
    ["./", "step"],
    ["/srv/..;/", "step"],
    ["/srv/%2e%2e/", "step"],
    ["/srv%2f/", "step"],
    ["https://", "whole host"],
    ["https://example.com:", "whole host"],
    ["https://user@", "whole host"],
    ["//", "whole host"],
    ["\\\\host-", "whole host"],
    ["/srv\n/", "can't be seen"],
    ["/srv\u200b/", "can't be seen"],
    ["\uff0fsrv\uff0f", "another spelling"],
    ["/\ud800/", "can't be seen"],
  ])("may not be %j: it %s", (prefix, why) => expect(prefixFault(prefix)).toContain(why));

  it.each([
    ["/srv/", "/srv/"],
    ["/srv/", "/srv/a/b.txt"],
    ["/srv/", "/srv/.hidden"],
    ["/srv/", "/srv/a...b/ü"],
    ["ticket-", "ticket-12"],
  ])("%s takes %j", (prefix, value) => expect(fallsUnder(prefix, value)).toBe(true));

  it.each([
    "/srv",
    "/srvx/a",
    "/SRV/a",
    " /srv/a",
    "/srv/../etc/passwd",
    "/srv/a/../../etc",
    "/srv/..",
    "/srv/.",
    "/srv/./a",
    "/srv/.. /etc",
    "/srv/...",
    "/srv/..;x/etc",
    "/srv/..\\etc",
    "/srv/a\\..\\..\\etc",
    "/srv/%2e%2e/etc",
    "/srv/%2E./etc",
    "/srv/..%2fetc",
    "/srv/%252e%252e%252fetc",
    "/srv/a%5c..",
    "/srv/%c0%ae%c0%ae/etc",
    "/srv/%u002e%u002e/etc",
    "/srv/%EF%BC%8E%EF%BC%8E/etc",
    "/srv/a%00.txt",
    "/srv/a\u0000.txt",
    "/srv/a\nrm -rf /",
    "/srv/\u202egpj.exe",
    "/srv/\uff0e\uff0e/etc",
    "/srv/\u2024\u2024/etc",
    "/srv/\u2025/etc",
    "/srv/a\uff0fb",
    "/srv/\u0338a",
    "/srv/e\u0301",
    `/srv/${"a".repeat(8192)}`,
  ])("/srv/ does not take %j", (value) => expect(fallsUnder("/srv/", value)).toBe(false));

  it.each([
    ["https:", "https://example.com/a"],
    ["https:/", "https://example.com/a"],
    ["https:\\", "https:\\\\example.com\\a"],
    [" ", " https://example.com/a"],
    ["jdbc:postgresql://", "jdbc:postgresql://db.example.com/a"],
    ["team:", "team://example.com/a"],
    ["/", "//example.com/a"],
    ["/", "/\\example.com/a"],
    ["https://", "https:///example.com/a"],
    ["https://example.com/", "https://example.com"],
  ])("%j, which leaves a host open, does not take %j", (prefix, value) => {
    expect(fallsUnder(prefix, value)).toBe(false);
  });

  it.each([
    ["https://example.com/", "https://example.com/a//b"],
    ["jdbc:postgresql://db.example.com/", "jdbc:postgresql://db.example.com/a"],
    ["//host/share/", "//host/share/a"],
    ["/srv/", "/srv/a//b"],
    ["team:", "team:a"],
  ])("%j, which names the host or stands before none, takes %j", (prefix, value) => {
    expect(fallsUnder(prefix, value)).toBe(true);
  });

  it("takes nothing that a reader of paths, after every decoding it may know, finds elsewhere", () => {
    const piece = fc.constantFrom(
      "/",
      "\\",
      ".",
      "..",
      "%2e",
      "%2F",
      "%5c",
      "%25",
      "a",
      "b c",
      " ",
      ";",
      "\uff0e",
      "\uff0f",
      "\u2025",
      "~",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const value = `/srv/${pieces.join("")}`;
        if (!fallsUnder("/srv/", value)) return;
        let decoded = value.normalize("NFKC");
        for (let round = 0; round < 3; round += 1)
          decoded = decoded.replaceAll(/%([0-9a-f]{2})/gi, (_all, hex: string) =>
            String.fromCharCode(Number.parseInt(hex, 16)),
          );
        const path = new URL(`file://${decoded.replaceAll("\\", "/").replaceAll(/[#?%]/g, "_")}`).pathname;
        expect(path.startsWith("/srv/")).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  it("binds texts only", () => {
    const constraints: GrantConstraint[] = [{ argument: "a", constraint: "prefix", prefix: "/srv/" }];
    for (const value of [1, null, ["/srv/a"], { a: "/srv/a" }, true] as Json[])
      expect(covers(constraints, { a: value }, digestOf)).toBe(false);
    expect(covers(constraints, { a: "/srv/a" }, digestOf)).toBe(true);
  });
});
