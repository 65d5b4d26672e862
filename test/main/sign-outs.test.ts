import { expect, test, vi } from "vitest";
import { forgetOnSignOut } from "../../src/main/sign-outs.ts";
import { stateWith } from "./fake-client.ts";
import { eventually } from "../support/eventually.ts";

const signedOut = stateWith({ session: { state: "signed-out", error: null } });
const ended = stateWith({
  session: {
    state: "needs-sign-in",
    account: { id: "demo:2", kind: "user", name: "A.", groups: [] },
    error: { code: "reauthentication_needed", message: "" },
  },
});
const signingIn = stateWith({ session: { state: "signing-in", url: null } });

test("clears what pages left behind once for each sign-out, and at no other time", () => {
  const cleared: string[] = [];
  const follow = forgetOnSignOut({
    clearData: async () => void cleared.push("data"),
    clearAuthCache: async () => void cleared.push("passwords"),
  });
  for (const state of [signedOut, signedOut, signingIn, stateWith(), ended, stateWith()]) follow(state);
  expect(cleared).toEqual([]);
  follow(signedOut);
  follow(signedOut);
  expect(cleared).toEqual(["data", "passwords"]);
  follow(signingIn);
  follow(signedOut);
  expect(cleared).toHaveLength(4);
});

test("what could not be cleared is reported, and the sign-out stands", async () => {
  const said = vi.spyOn(process.stderr, "write").mockImplementation(() => true);
  const follow = forgetOnSignOut({
    clearData: () => Promise.reject(new Error("busy")),
    clearAuthCache: async () => undefined,
  });
  follow(stateWith());
  follow(signedOut);
  await eventually(() => expect(said.mock.calls.join()).toContain("could not be cleared"));
  said.mockRestore();
});
