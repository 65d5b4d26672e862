import { Gauges, type Family } from "./metrics.ts";

interface SinkReading {
  readonly name: string;
  readonly lag: number;
  readonly failures: number;
  readonly rejected: number;
}

/** How one witness stands: how many entries it has cosigned, how often it failed in a row, and whether it knows another history. */
export interface WitnessReading {
  readonly name: string;
  readonly size: number;
  readonly failures: number;
  readonly contradicts: boolean;
}

/** What is read of those that follow the ledger. */
export interface FollowerReadings {
  readonly sinks: () => readonly SinkReading[];
  readonly witnesses: () => readonly WitnessReading[];
}

/** Gauges of sinks and witnesses, a line for each by its name. */
export function followerGauges({ sinks, witnesses }: FollowerReadings): readonly Family[] {
  const ofSinks = (name: string, help: string, read: (sink: SinkReading) => number): Family =>
    new Gauges({ name, help }, () => sinks().map((sink) => [{ sink: sink.name }, read(sink)]));
  const ofWitnesses = (name: string, help: string, read: (witness: WitnessReading) => number): Family =>
    new Gauges({ name, help }, () => witnesses().map((witness) => [{ witness: witness.name }, read(witness)]));
  return [
    ofSinks("countersign_sink_lag_entries", "Entries that a sink has not taken yet.", ({ lag }) => lag),
    ofSinks("countersign_sink_failures", "Deliveries that failed in a row.", ({ failures }) => failures),
    ofSinks(
      "countersign_sink_rejected_entries",
      "Entries that a receiver took and said not to keep.",
      ({ rejected }) => rejected,
    ),
    ofWitnesses("countersign_witness_entries", "Entries that a witness has cosigned.", ({ size }) => size),
    ofWitnesses("countersign_witness_failures", "Askings that failed in a row.", ({ failures }) => failures),
    ofWitnesses("countersign_witness_contradicts", "1 where a witness knows another history of this ledger.", (one) =>
      one.contradicts ? 1 : 0,
    ),
  ];
}
