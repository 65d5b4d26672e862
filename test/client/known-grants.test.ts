import { expect, it } from "vitest";
import { createKnownGrants } from "../../src/client/known-grants.ts";
import type { GatewayApi } from "../../src/client/gateway.ts";
import type { GrantView } from "../../src/shared/grant.ts";
import { grantOf } from "../support/pictures/decisions.ts";

/** An API whose answers come when the test says so. */
function slowApi(): {
  readonly api: Pick<GatewayApi, "get">;
  readonly answer: (grants: readonly GrantView[] | null) => Promise<void>;
  readonly asked: () => number;
} {
  const waiting: PromiseWithResolvers<unknown>[] = [];
  let asked = 0;
  return {
    api: {
      async get(_path, schema) {
        asked += 1;
        const next = Promise.withResolvers<unknown>();
        waiting.push(next);
        return schema.parse(await next.promise);
      },
    },
    async answer(grants) {
      const next = waiting.shift();
      if (grants === null) next?.reject(new Error("offline"));
      else next?.resolve({ grants });
      await new Promise((resolve) => setImmediate(resolve));
    },
    asked: () => asked,
  };
}

it("asks once more where something changed while an answer was on its way, and keeps the last list over a failure", async () => {
  const { api, answer, asked } = slowApi();
  const shown: number[] = [];
  const known = createKnownGrants(api, (grants) => shown.push(grants.length));
  for (let time = 0; time < 3; time += 1) known.refresh();
  expect(asked()).toBe(1);
  await answer([grantOf()]);
  expect(asked()).toBe(2);
  await answer(null);
  expect([asked(), shown]).toEqual([2, [1]]);
});

it("lets go of an answer that comes after a sign-out", async () => {
  const { api, answer } = slowApi();
  const shown: number[] = [];
  const known = createKnownGrants(api, (grants) => shown.push(grants.length));
  known.refresh();
  known.forget();
  await answer([grantOf()]);
  expect(shown).toEqual([]);
});

it("keeps all that live and the newest fifty that ended", async () => {
  const { api, answer } = slowApi();
  const shown: (readonly GrantView[])[] = [];
  createKnownGrants(api, (grants) => shown.push(grants)).refresh();
  const ended = Array.from({ length: 60 }, (_, at) => grantOf({ id: `ended ${at}`, state: "over" }));
  await answer([...ended, grantOf({ id: "live" })]);
  expect(shown[0]?.map(({ id }) => id)).toEqual([...ended.slice(0, 50).map(({ id }) => id), "live"]);
});
