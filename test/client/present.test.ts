import { expect, it } from "vitest";
import { Present } from "../../src/client/present.ts";

it("knows who is there, in whichever order they come and leave, and however often one leaves", () => {
  const present = new Present<number>();
  const places = new Map(Array.from({ length: 50 }, (_, at) => [at, present.enter(at)] as const));
  const there = new Set(places.keys());
  for (let turn = 0; turn < 500; turn += 1) {
    const one = (turn * 7) % 50;
    const place = places.get(one);
    if (place === undefined) throw new Error("No such place.");
    present.leave(place);
    present.leave(place);
    there.delete(one);
    if (turn % 3 === 0) {
      places.set(one, present.enter(one));
      there.add(one);
    }
    expect(new Set(present.all())).toEqual(there);
    expect(present.size).toBe(there.size);
  }
});

it("tells of all who were there, though they leave while they are told of", () => {
  const present = new Present<() => void>();
  let told = 0;
  for (let at = 0; at < 5; at += 1) {
    const place = present.enter(() => {
      told += 1;
      present.leave(place);
    });
  }
  for (const leave of present.all()) leave();
  expect([told, present.size]).toEqual([5, 0]);
});
