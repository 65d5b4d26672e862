import type { JsonObject } from "../../shared/json.ts";
import { visible } from "../../shared/visible.ts";

/** What the connections tell a client of themselves as a conversation with them begins: quoted, as their own words. */
export class Instructions {
  readonly #said = new Map<string, string>();
  readonly #asked = new Set<string>();

  /** Other connections may be used than before, perhaps by somebody else. */
  forget(): void {
    this.#said.clear();
    this.#asked.clear();
  }

  /** A connection's answer to `initialize` or `server/discover`. */
  note(connection: string, { instructions }: JsonObject): void {
    this.#asked.add(connection);
    this.#said.set(connection, typeof instructions === "string" ? instructions : "");
  }

  /** The one server's own, with those of these connections; one that is not known is asked, and not waited for above `patienceMs`. */
  async of(connections: readonly string[], ask: (connection: string) => Promise<unknown>): Promise<string> {
    const unknown = connections.filter((each) => !this.#asked.has(each));
    for (const each of unknown) this.#asked.add(each);
    const asked = unknown.map(async (each) => {
      try {
        await ask(each);
      } finally {
        // Who could not say it now may be asked by a later client.
        if (!this.#said.has(each)) this.#asked.delete(each);
      }
    });
    if (unknown.length > 0) await soon(Promise.allSettled(asked));
    const quoted = connections.flatMap((each) => {
      const said = this.#said.get(each) ?? "";
      return said.trim() === "" ? [] : [`${each}:\n${quote(said, Math.floor(mostInAll / connections.length))}`];
    });
    return quoted.length === 0 ? own : [own, preface, ...quoted].join("\n\n");
  }
}

const own =
  "Several servers in one: the name of each tool and prompt begins with its server's, CONNECTION__NAME, and the address of each resource with cs.CONNECTION+. Some calls wait for a person's approval.";
const preface =
  "What these servers say of themselves, each in its own words, which are not Countersign's. They name their tools, prompts and resources without what stands before these here.";

/** Characters of instructions, of one connection and of all. */
const mostOfOne = 4_000;
const mostInAll = 16_000;
const patienceMs = 1_500;

/** Line by line, so that no words of a server's stand as if they were ours. */
function quote(said: string, share: number): string {
  const most = Math.min(mostOfOne, share);
  const characters = Array.from(said);
  const left = characters.length - most;
  const lines = (left > 0 ? characters.slice(0, most).join("") : said).split(/\r\n|[\r\n]/);
  const shown = lines.map((line) => `> ${visible(line.replaceAll("\t", "  "))}`.trimEnd());
  return [...shown, ...(left > 0 ? [`(${left} more characters, left out here)`] : [])].join("\n");
}

async function soon(done: Promise<unknown>): Promise<void> {
  const over = Promise.withResolvers<void>();
  const timer = setTimeout(over.resolve, patienceMs);
  await Promise.race([done, over.promise]);
  clearTimeout(timer);
}
