import { readFile } from "node:fs/promises";
import { statedHead } from "../audit/checkpoint.ts";
import type { ProofReads } from "../audit/proofs.ts";
import type { WitnessConfig } from "../config-witnesses.ts";
import type { WitnessReading } from "../follower-gauges.ts";
import type { Log } from "../log.ts";
import { parseWitnessKey } from "./cosignature.ts";
import { keepNote, readKeptNote } from "./kept-note.ts";
import { Witness, type Head } from "./witness.ts";

export interface WitnessesOptions {
  readonly config: readonly WitnessConfig[];
  /** The data folder. */
  readonly folder: string;
  /** The newest checkpoint. */
  readonly checkpoint: () => string;
  readonly proofs: Pick<ProofReads, "consistency">;
  readonly log: Log;
  readonly everyMs?: number;
}

/** Others who sign that the ledger only grew, asked once a minute; no call waits for them. */
export interface Witnesses {
  readonly readings: () => readonly WitnessReading[];
  start(): Promise<void>;
  close(): Promise<void>;
}

const usualEveryMs = 60_000;

export function createWitnesses(options: WitnessesOptions): Witnesses {
  const asked: Asked[] = [];
  const stop = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<unknown> = Promise.resolve();
  const round = (): void => {
    running = running.then(() => Promise.all(asked.map((each) => each.ask(options.checkpoint(), stop.signal))));
  };
  return {
    readings: () => asked.map((each) => each.reading),
    async start() {
      for (const config of options.config) asked.push(await Asked.of(config, options));
      if (asked.length === 0) return;
      round();
      timer = setInterval(round, options.everyMs ?? usualEveryMs);
    },
    async close() {
      clearInterval(timer);
      stop.abort();
      await running;
      await Promise.all(asked.map((each) => each.close()));
    },
  };
}

/** One witness and what it knows of the ledger, as far as it has told. */
class Asked {
  readonly #options: WitnessesOptions;
  readonly #name: string;
  readonly #witness: Witness;
  #size: number;
  #failures = 0;
  #contradicts = false;

  private constructor(options: WitnessesOptions, name: string, witness: Witness, size: number) {
    this.#options = options;
    this.#name = name;
    this.#witness = witness;
    this.#size = size;
  }

  static async of({ name, url, key, ca }: WitnessConfig, options: WitnessesOptions): Promise<Asked> {
    const parsed = parseWitnessKey(key);
    if (parsed === null) throw new TypeError("A witness's key was checked with the configuration.");
    const pem = ca === undefined ? undefined : await readFile(ca, "utf8");
    const kept = await readKeptNote(options.folder, name);
    const size = kept === null ? 0 : statedHead(kept).size;
    return new Asked(options, name, new Witness({ url, ca: pem, key: parsed }), size);
  }

  get reading(): WitnessReading {
    return { name: this.#name, size: this.#size, failures: this.#failures, contradicts: this.#contradicts };
  }

  /** Never rejects: what went wrong is said in the log, once until it is well again. */
  async ask(note: string, signal: AbortSignal): Promise<void> {
    const head = { note, size: statedHead(note).size };
    if (head.size === this.#size || this.#contradicts || signal.aborted) return;
    try {
      await this.#cosign(head, this.#size, signal);
      if (this.#failures > 0) this.#log("info", "witness.recovered");
      this.#failures = 0;
    } catch (error) {
      if (signal.aborted) return;
      if (this.#failures === 0) this.#log("warn", "witness.failed", { error });
      this.#failures += 1;
    }
  }

  async close(): Promise<void> {
    await this.#witness.close();
  }

  async #cosign(head: Head, oldSize: number, signal: AbortSignal, isAgain = false): Promise<void> {
    const proof = this.#options.proofs.consistency(oldSize, head.size);
    const answer = await this.#witness.cosign(head, oldSize, proof, signal);
    if (answer.kind === "cosigned") {
      await keepNote(this.#options.folder, this.#name, answer.note);
      this.#size = head.size;
    } else if (answer.kind === "contradicts") this.#contradicted(answer.why);
    else if (answer.size > head.size)
      this.#contradicted(`it has seen ${answer.size} entries, and ${head.size} are here`);
    else if (isAgain) throw new Error("it names another size each time");
    else await this.#cosign(head, answer.size, signal, true);
  }

  /** A rolled back or rewritten ledger looks so, and so does a witness that was given another gateway's. It stays said until the next start. */
  #contradicted(why: string): void {
    this.#contradicts = true;
    this.#log("error", "witness.contradicts", { why });
  }

  #log(level: "info" | "warn" | "error", event: string, facts: Readonly<Record<string, unknown>> = {}): void {
    this.#options.log({ level, event, witness: this.#name, ...facts });
  }
}
