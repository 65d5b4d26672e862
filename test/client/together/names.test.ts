import { assert, property, string, stringMatching } from "fast-check";
import { describe, expect, it } from "vitest";
import { joinedName, joinedUri, splitName, splitUri } from "../../../src/client/together/names.ts";

const connection = stringMatching(/^[a-z0-9][a-z0-9-]{0,62}$/);

describe("names in the one server", () => {
  it("begin with the connection's", () => {
    expect(joinedName({ connection: "files", name: "read_file" })).toBe("files__read_file");
    expect(joinedName({ connection: "files", name: "_x" })).toBe("files___x");
    expect(splitName("files___x")).toEqual({ connection: "files", name: "_x" });
  });

  it("are always such as clients take, and say by themselves what they stand for, or need their list", () => {
    assert(
      property(connection, string({ minLength: 1, maxLength: 200 }), (of, name) => {
        const joined = joinedName({ connection: of, name });
        expect(joined).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
        expect([null, { connection: of, name }]).toContainEqual(splitName(joined));
      }),
      { seed: 1 },
    );
  });

  it("never become one: neither by where they are cut, nor by a tool that is named as if it had been shortened", () => {
    const long = "x".repeat(80);
    const one = joinedName({ connection: "files", name: `${long}1` });
    const other = joinedName({ connection: "files", name: `${long}2` });
    expect(one).not.toBe(other);
    // Connections whose names begin alike have but the hash to tell them apart.
    expect(joinedName({ connection: `${"eu-west-1-".repeat(3)}a`, name: long })).toMatch(/_h[0-9a-f]{20}$/);
    expect(joinedName({ connection: "files", name: one.slice("files__".length) })).not.toBe(one);
    expect(joinedName({ connection: "a", name: "b__c" })).not.toBe(joinedName({ connection: "a-b", name: "c" }));
    expect(joinedName({ connection: "a", name: "x.y" })).not.toBe(joinedName({ connection: "a", name: "x/y" }));
  });
});

describe("addresses in the one server", () => {
  it("are the resource's own behind a scheme that names the connection, and come back as they were", () => {
    assert(
      property(connection, string(), (of, uri) => {
        expect(splitUri(joinedUri(of, uri))).toEqual({ connection: of, uri });
      }),
      { seed: 1 },
    );
    expect(joinedUri("files", "file:///{path}")).toBe("cs.files+file:///{path}");
  });

  it.each(["file:///x", "cs.+x", "cs.Files+x", "cs.files", ""])("are none where nothing of ours is: %j", (uri) => {
    expect(splitUri(uri)).toBeNull();
  });
});
