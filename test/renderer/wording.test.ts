import { expect, it } from "vitest";
import { signInWording } from "../../src/renderer/wording.ts";
import type { ErrorCode } from "../../src/shared/errors.ts";

it.each<[ErrorCode, RegExp]>([
  ["reauthentication_needed", /has ended\. Sign in again/],
  ["cancelled", /was cancelled\. Sign in when you are ready/],
  ["timed_out", /Nobody finished it.* in time\. Start it again/],
  ["denied", /provider refused\. Sign in with another account/],
  ["transient", /provider did not answer.*try again in a minute/],
  ["misconfigured", /not set up correctly\. Ask who runs the gateway/],
])("a sign-in that ends by %s has its words and its way out", (code, said) => {
  expect(signInWording(code)).toMatch(said);
});
