import type { Writable } from "node:stream";
import { encodeSse, encodeSseComment } from "../../shared/sse.ts";
import { isStream, listChanges } from "../listening.ts";
import { repeated } from "../repeated.ts";
import type { Asked } from "../upstream/upstream.ts";
import { unaskedEventId } from "./event-place.ts";
import { left } from "./left.ts";
import { beatMs } from "./one-server.ts";
import { rewrittenAnswer } from "./rewritten-answer.ts";
import type { TogetherSession } from "./session.ts";

/** The streams on which clients with sessions hear what they did not ask for: one each, out of those of all their connections. */
export class UnaskedStreams {
  /** The clients' own streams, each with its session. */
  readonly #streams = new Map<Writable, string>();

  /** Every client hears that what it lists may be other now. */
  changed(): void {
    for (const stream of this.#streams.keys()) sayChanged(stream);
  }

  /** The streams of this session hear a notification without parameters. */
  tell(session: TogetherSession, method: string): void {
    const data = JSON.stringify({ jsonrpc: "2.0", method });
    for (const [stream, id] of this.#streams) if (id === session.id) stream.write(encodeSse({ data }));
  }

  /** What the connections say unasked, in one stream, until the client leaves; `last` are the events after which it goes on. */
  async hear(session: TogetherSession, into: Writable, asked: Asked, last: Map<string, string>): Promise<void> {
    const hearing = new Set<string>();
    const hear = (connection: string) => {
      if (hearing.has(connection)) return;
      hearing.add(connection);
      void hearOne(session, connection, { into, asked, last });
    };
    this.#streams.set(into, session.id);
    if (session.isRevived) {
      session.isRevived = false;
      last.clear();
      sayChanged(into);
    }
    const stop = session.onOpen(hear);
    for (const connection of session.opened) hear(connection);
    const beat = setInterval(() => into.write(encodeSseComment("waiting")), beatMs);
    try {
      await left(asked.signal, into);
    } finally {
      clearInterval(beat);
      stop();
      this.#streams.delete(into);
    }
  }
}

interface Hearing {
  readonly into: Writable;
  readonly asked: Asked;
  /** The last event of each connection that was heard. */
  readonly last: Map<string, string>;
}

async function hearOne(session: TogetherSession, connection: string, { into, asked, last }: Hearing): Promise<void> {
  await repeated(asked.signal, async () => {
    if (into.destroyed) return "over";
    const since = last.get(connection);
    try {
      const more = since === undefined ? [] : ["last-event-id", since];
      const answer = await session.ask(connection, "GET", null, asked, more);
      if (!isStream(answer)) {
        answer.drop();
        if (since === undefined) return "over";
        // What it said meanwhile is kept no more.
        last.delete(connection);
        sayChanged(into);
        return "again";
      }
      if (answer.isAnew) sayChanged(into);
      const mark = (id: string) => unaskedEventId(last.set(connection, id));
      await rewrittenAnswer(answer, connection, null, mark).pass(into);
      return "again";
    } catch {
      return "again";
    }
  });
}

function sayChanged(into: Writable): void {
  for (const data of listChanges) into.write(encodeSse({ data }));
}
