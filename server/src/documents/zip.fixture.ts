import { crc32, deflateRawSync } from 'node:zlib';

/** A zip archive of these files, for tests. `deflated`: bytes that are packed already, with the size they claim. */
export function zipOf(
  files: Record<string, string | Buffer | { deflated: Buffer; claimedBytes: number }>,
): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(files)) {
    const header = fieldsOf(content);
    const local = record(0x04034b50, [20, header, Buffer.byteLength(name), 0], name);
    parts.push(local, header.packed);
    directory.push(
      record(0x02014b50, [20, 20, header, Buffer.byteLength(name), 0, 0, 0, 0, [0], [offset]], name),
    );
    offset += local.length + header.packed.length;
  }
  const entries = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(directory.length, 8);
  end.writeUInt16LE(directory.length, 10);
  end.writeUInt32LE(entries.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, entries, end]);
}

interface Fields {
  packed: Buffer;
  crc: number;
  size: number;
}

function fieldsOf(content: string | Buffer | { deflated: Buffer; claimedBytes: number }): Fields {
  if (typeof content === 'object' && 'deflated' in content)
    return { packed: content.deflated, crc: 0, size: content.claimedBytes };
  const bytes = Buffer.from(content);
  return { packed: deflateRawSync(bytes), crc: crc32(bytes), size: bytes.length };
}

/** Numbers of two bytes; in a list, of four. */
function record(signature: number, values: (number | number[] | Fields)[], name: string): Buffer {
  const bytes: number[] = [];
  const put = (value: number, width: number): void => {
    for (let i = 0; i < width; i++) bytes.push(Math.floor(value / 256 ** i) % 256);
  };
  put(signature, 4);
  for (const value of values) {
    if (typeof value === 'number') put(value, 2);
    else if (Array.isArray(value)) put(value[0] ?? 0, 4);
    else {
      // Flags (names in UTF-8), deflate, time, date.
      for (const field of [0x800, 8, 0, 0]) put(field, 2);
      for (const field of [value.crc, value.packed.length, value.size]) put(field, 4);
    }
  }
  return Buffer.concat([Buffer.from(bytes), Buffer.from(name)]);
}
