import { Writable } from "node:stream";
import { expect, it } from "vitest";
import { alreadyRead } from "../../../src/client/heard.ts";
import { rewrittenAnswer } from "../../../src/client/together/rewritten-answer.ts";

const stream = { status: 200, headers: { "content-type": "text/event-stream" } };

function link(text: string): string {
  const content = [
    { type: "resource_link", name: "notes", uri: "file:///notes" },
    { type: "text", text },
  ];
  return JSON.stringify({ jsonrpc: "2.0", id: 1, result: { content } });
}

it("rewrites the events of a connection's answer, and passes a long one on as it is", async () => {
  const long = link("x".repeat(2_000_000));
  const sent = `id: a\ndata: ${link("short")}\n\nid: b\ndata: ${long}\n\nid: c\ndata: \n\n`;
  // As a socket brings it.
  async function pass(into: Writable): Promise<void> {
    for (let at = 0; at < sent.length; at += 65_536) into.write(Buffer.from(sent.slice(at, at + 65_536)));
  }
  const parts: string[] = [];
  const into = new Writable({ write: (chunk: Buffer, _encoding, done) => done(void parts.push(chunk.toString())) });
  await rewrittenAnswer({ ...alreadyRead(stream, null, "s"), pass }, "files", "s", (id) => `files.${id}`).pass(into);
  const events = parts.join("").split("\n\n");
  expect(events[0]).toMatch(/^id: files\.a\ndata: /);
  expect(events[0]).toContain("files");
  expect(events[0]).not.toContain('"file:///notes"');
  const rest = events.slice(1).filter((event) => event !== ": waiting");
  expect(rest[0] === `id: files.b\ndata: ${long}`).toBe(true);
  expect(rest.slice(1)).toEqual(["id: files.c\ndata: ", ""]);
});
