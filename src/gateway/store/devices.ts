import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { deviceRecord, type DeviceRecord } from "./store.ts";

export interface DeviceReads {
  /** One that is enrolled; a removed one is not there. */
  get(id: string): DeviceRecord | undefined;
  /** One that is or was enrolled. */
  known(id: string): DeviceRecord | undefined;
  /** Those that are enrolled for one of these principals, the oldest first. */
  of(principals: readonly string[]): readonly DeviceRecord[];
  /** The same, with those that were removed. */
  everOf(principals: readonly string[]): readonly DeviceRecord[];
}

export interface DeviceWrites extends DeviceReads {
  put(record: DeviceRecord): void;
}

/** Reads and writes over the table of devices. */
export function deviceTable(db: DatabaseSync): DeviceWrites {
  // Made here, so that stores of before get them as well.
  db.exec("CREATE INDEX IF NOT EXISTS devices_principal ON devices (json_extract(record, '$.principal'))");
  const get = db.prepare("SELECT record FROM devices WHERE id = ?");
  const ofOne = db.prepare("SELECT record FROM devices WHERE json_extract(record, '$.principal') = ?");
  const put = db.prepare(
    "INSERT INTO devices (id, record) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET record = excluded.record",
  );
  const known = (id: string): DeviceRecord | undefined => {
    const row = get.get(id);
    return row === undefined ? undefined : parse(row);
  };
  const everOf: DeviceReads["everOf"] = (principals) =>
    principals
      .flatMap((principal) => ofOne.all(principal).map(parse))
      .toSorted((one, two) => one.enrolledAtMs - two.enrolledAtMs);
  return {
    known,
    everOf,
    get(id) {
      const device = known(id);
      return device?.removed === undefined ? device : undefined;
    },
    of: (principals) => everOf(principals).filter(({ removed }) => removed === undefined),
    put: (record) => void put.run(record.id, JSON.stringify(deviceRecord.parse(record))),
  };
}

const recordRow = z.object({ record: z.string() });

function parse(row: unknown): DeviceRecord {
  return deviceRecord.parse(JSON.parse(recordRow.parse(row).record));
}
