import { crc32, deflateRawSync } from "node:zlib";

/** A file of an archive: its path with `/`, and what it holds. */
export interface Entry {
  readonly path: string;
  readonly bytes: Buffer;
}

/** A ZIP archive (PKWARE APPNOTE 6.3.10) of these files, the same bytes each time. Below 4 GiB, as all of it is in memory. */
export function zipOf(entries: readonly Entry[]): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { path, bytes } of entries) {
    const name = Buffer.from(path, "utf8");
    const packed = deflateRawSync(bytes, { level: 9 });
    const common = commonHeader(name, bytes, packed);
    const file = Buffer.concat([numbers([0x04034b50, 4]), common, name, packed]);
    const place = numbers([0, 2], [0, 2], [0, 2], [0, 4], [offset, 4]);
    directory.push(numbers([0x02014b50, 4], [20, 2]), common, place, name);
    files.push(file);
    offset += file.length;
  }
  const central = Buffer.concat(directory);
  const count: Field = [entries.length, 2];
  return Buffer.concat([
    ...files,
    central,
    numbers([0x06054b50, 4], [0, 2], [0, 2], count, count, [central.length, 4], [offset, 4], [0, 2]),
  ]);
}

/** A number and how many bytes it takes, little end first. */
type Field = readonly [value: number, bytes: 2 | 4];

/** What a file's own header and its line in the directory share; names are UTF-8 (bit 11), the time is the first that the format knows. */
function commonHeader(name: Buffer, bytes: Buffer, packed: Buffer): Buffer {
  const sizes: readonly Field[] = [
    [packed.length, 4],
    [bytes.length, 4],
  ];
  return numbers(
    [20, 2],
    [0x0800, 2],
    [8, 2],
    [0, 2],
    [0x0021, 2],
    [crc32(bytes), 4],
    ...sizes,
    [name.length, 2],
    [0, 2],
  );
}

function numbers(...fields: readonly Field[]): Buffer {
  const bytes = Buffer.alloc(fields.reduce((sum, [, size]) => sum + size, 0));
  let at = 0;
  for (const [value, size] of fields) at = size === 2 ? bytes.writeUInt16LE(value, at) : bytes.writeUInt32LE(value, at);
  return bytes;
}
