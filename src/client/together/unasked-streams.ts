import type { Writable } from "node:stream";
import { encodeSse, encodeSseComment } from "../../shared/sse.ts";
import { isStream, listChanges } from "../listening.ts";
import { repeated } from "../repeated.ts";
import type { Asked } from "../upstream/upstream.ts";
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
    for (const stream of this.#streams.keys()) for (const data of listChanges) stream.write(encodeSse({ data }));
  }

  /** The streams of this session hear a notification without parameters. */
  tell(session: TogetherSession, method: string): void {
    const data = JSON.stringify({ jsonrpc: "2.0", method });
    for (const [stream, id] of this.#streams) if (id === session.id) stream.write(encodeSse({ data }));
  }

  /** What the connections say unasked, in one stream, until the client leaves. */
  async hear(session: TogetherSession, into: Writable, asked: Asked): Promise<void> {
    const hearing = new Set<string>();
    const hear = (connection: string) => {
      if (hearing.has(connection)) return;
      hearing.add(connection);
      void hearOne(session, connection, into, asked);
    };
    this.#streams.set(into, session.id);
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

async function hearOne(session: TogetherSession, connection: string, into: Writable, asked: Asked): Promise<void> {
  await repeated(asked.signal, async () => {
    if (into.destroyed) return "over";
    try {
      const answer = await session.ask(connection, "GET", null, asked);
      if (!isStream(answer)) {
        answer.drop();
        return "over";
      }
      if (answer.isAnew) for (const data of listChanges) into.write(encodeSse({ data }));
      await rewrittenAnswer(answer, connection, null).pass(into);
      return "again";
    } catch {
      return "again";
    }
  });
}
