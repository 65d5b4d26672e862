import { expect, it } from "vitest";
import { UnderWay } from "../../src/shared/under-way.ts";

it("knows who is there, in whichever order they come and leave, and however often one leaves", () => {
  const underWay = new UnderWay<number>();
  const places = new Map(Array.from({ length: 50 }, (_, at) => [at, underWay.enter(at)] as const));
  const there = new Set(places.keys());
  for (let turn = 0; turn < 500; turn += 1) {
    const one = (turn * 7) % 50;
    const place = places.get(one);
    if (place === undefined) throw new Error("No such place.");
    underWay.leave(place);
    underWay.leave(place);
    there.delete(one);
    if (turn % 3 === 0) {
      places.set(one, underWay.enter(one));
      there.add(one);
    }
    expect(new Set(underWay.all())).toEqual(there);
    expect(underWay.size).toBe(there.size);
  }
});

it("tells of all who were there, though they leave while they are told of", () => {
  const underWay = new UnderWay<() => void>();
  let told = 0;
  for (let at = 0; at < 5; at += 1) {
    const place = underWay.enter(() => {
      told += 1;
      underWay.leave(place);
    });
  }
  for (const leave of underWay.all()) leave();
  expect([told, underWay.size]).toEqual([5, 0]);
});
