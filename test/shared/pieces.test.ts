import { expect, it } from "vitest";
import { Pieces } from "../../src/shared/pieces.ts";

it("keeps bytes that come one by one in few pieces, whole and in order", () => {
  const bytes = Uint8Array.from({ length: 1_000_000 }, (_, at) => at % 251);
  const pieces = new Pieces();
  for (let at = 0; at < bytes.length; at += 1) pieces.push(bytes.subarray(at, at + 1));
  expect(pieces.length).toBe(bytes.length);
  const all = pieces.take();
  expect(all.length).toBeLessThan(2048);
  expect(Buffer.concat(all).equals(bytes)).toBe(true);
  expect(pieces.length).toBe(0);
  expect(pieces.take()).toEqual([]);
});

it("gives back the very chunk where there was one, uncopied", () => {
  const pieces = new Pieces();
  const chunk = Uint8Array.of(1, 2, 3);
  pieces.push(chunk);
  expect(pieces.take()[0]).toBe(chunk);
});
