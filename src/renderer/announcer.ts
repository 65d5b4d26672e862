import { createStore, type Store } from "./store.ts";

/** A sentence for screen readers; its key is new even where its words are not, so that it is read again. */
interface Said {
  readonly key: number;
  readonly text: string;
}

/** What a screen reader is told without being asked. */
export interface Announcer {
  readonly said: Store<readonly Said[]>;
  readonly say: (text: string) => void;
  /** Takes back what was said and still stands there. */
  readonly hush: () => void;
}

/** What was said stays so long: who walks the page later finds no old news at its end. */
const keptMs = 10_000;
/** More at once would drown each other. */
const most = 4;

export function createAnnouncer(): Announcer {
  const said = createStore<readonly Said[]>([]);
  let count = 0;
  return {
    said,
    say(text) {
      const key = (count += 1);
      said.set([...said.get(), { key, text }].slice(-most));
      setTimeout(() => said.set(said.get().filter((each) => each.key !== key)), keptMs);
    },
    hush: () => said.set([]),
  };
}
