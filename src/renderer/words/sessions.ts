import { count } from "./count.ts";

const two = (n: number) => String(Math.floor(n)).padStart(2, "0");

/** A length of time: “46 s”, “1:30 min”, “1:05 h”. */
const long = (ms: number) => {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}:${two(seconds % 60)} min`;
  return `${Math.floor(seconds / 3600)}:${two((seconds / 60) % 60)} h`;
};

export const sessions = {
  title: "Sessions",
  list: "Sessions of MCP clients",
  person: "Person",
  personHint: "Person: name or id",
  connection: "Connection",
  anyConnection: "All connections",
  had: "What happened",
  hads: { "": "All sessions", held: "With a held call", denied: "With a denial", failed: "With a failure" },
  reading: "Loading the sessions",
  loadingOlder: "Loading older ones.",
  older: "Load older",
  found: (n: number, isAll: boolean) =>
    isAll ? count(n, "session", "sessions") : `The newest ${count(n, "session", "sessions")}`,
  failed: "The sessions could not be read.",
  again: "Try again",
  offline: "The gateway can't be reached: what is shown was read before.",
  indexing: (indexed: number, entries: number) =>
    `The gateway has read ${indexed.toLocaleString("en")} of ${entries.toLocaleString("en")} entries so far: the newest sessions may be missing.`,
  noneTitle: "No session yet",
  none: "What each MCP client does through a connection shows here: its calls, what was held and decided, and the answers.",
  nothingFound: "No session fits. Each word of a name, an id whole, or another choice beside it.",
  noClient: "Client without a name",
  service: "service",
  lasted: (ms: number) => (ms < 1000 ? "a moment" : long(ms)),
  calls: (n: number) => count(n, "call", "calls"),
  held: (n: number) => `${n.toLocaleString("en")} held`,
  denied: (n: number) => `${n.toLocaleString("en")} denied`,
  failedCalls: (n: number) => `${n.toLocaleString("en")} failed`,
  choose: "Choose a session to replay it.",
  back: "Sessions",
  replay: "Replay",
  readingOne: "Reading the session.",
  oneFailed: "This session could not be read.",
  on: "on",
  by: "by",
  exportTitle: "Export this session",
  formats: { html: "One page, for any browser", jsonl: "JSON Lines" },
  timeline: "Timeline",
  paused: (ms: number) => long(ms),
  position: (place: number, all: number, said: string) => `${place} of ${all}: ${said}`,
  moment: "Moment",
  play: "Play",
  pause: "Pause",
  previous: "Back",
  next: "On",
  speed: "Speed",
  times: (speed: number) => `${speed}×`,
  nextOf: { hold: "Next hold", denial: "Next denial", failure: "Next failure" },
  legend: {
    well: "answered",
    held: "waited for a decision",
    denied: "denied",
    failed: "failed",
    open: "no answer yet",
  },
  columns: { time: "After", what: "What happened", call: "Call", entry: "Ledger" },
  entry: (n: number) => `#${n.toLocaleString("en")}`,
  more: (n: number) => `The first ${n.toLocaleString("en")} moments.`,
  readOn: "Read on",
  chosen: "Chosen moment",
  link: "Copy link",
  compare: "Compare…",
  comparing: (name: string) => `Choose another call to compare it with ${name}.`,
  stop: "Stop comparing",
  compareTitle: "Two calls compared",
  first: "First",
  second: "Second",
  asked: "What was asked",
  answered: "What was answered",
  noAnswer: "One of the two has no answer here.",
  tooLong: "One of the two is too long to be compared here. The export has both.",
  took: "Took",
  erased: (how = "") =>
    `This entry's body was erased${how === "" ? "" : ` ${how}`}. That it was here stays in the ledger.`,
  part: (shown: number, length: number) =>
    `The first ${shown.toLocaleString("en")} of ${length.toLocaleString("en")} characters. The export as JSON Lines has it whole.`,
  facts: "What the ledger says",
} as const;
