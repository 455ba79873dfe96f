import { createHash } from 'node:crypto';
import { linesOf } from '../base/lines.ts';
import { LINE_BYTES_MAX, damaged, parseHeader, parseLine } from './backup-format.ts';
import type { BackupFooter, BackupHeader, RowLine } from './backup-format.ts';

export interface BackupTarget {
  /** Called first. */
  header(header: BackupHeader): Promise<void>;
  /** @param bytes length of the row's line, without its end. */
  row(row: RowLine, bytes: number): Promise<void>;
}

/** @param chunks decompressed. @throws StartupError when the backup is truncated, was changed, or has lines after its footer. */
export async function readBackup(chunks: AsyncIterable<Buffer>, target: BackupTarget): Promise<BackupFooter> {
  const hash = createHash('sha256');
  const counted: Record<string, number> = {};
  let headerSeen = false;
  let footer: BackupFooter | undefined;
  for await (const { bytes: line, isCut, hasEnd } of linesOf(chunks, LINE_BYTES_MAX)) {
    if (isCut) throw damaged('it has a line that is too long');
    if (!hasEnd) throw damaged('it is truncated');
    if (footer !== undefined) throw damaged('something follows its last line');
    if (!headerSeen) {
      headerSeen = true;
      await target.header(parseHeader(line));
      hash.update(line).update('\n');
      continue;
    }
    const parsed = parseLine(line);
    if ('footer' in parsed) {
      footer = parsed.footer;
      continue;
    }
    hash.update(line).update('\n');
    counted[parsed.row.t] = (counted[parsed.row.t] ?? 0) + 1;
    await target.row(parsed.row, line.length);
  }
  if (footer === undefined) throw damaged('it is truncated');
  if (footer.sha256 !== hash.digest('hex') || !sameCounts(footer.rows, counted))
    throw damaged('it was changed after it was made');
  return footer;
}

/** Tables without rows have no line. */
function sameCounts(said: Record<string, number>, counted: Record<string, number>): boolean {
  const tables = new Set([...Object.keys(said), ...Object.keys(counted)]);
  return [...tables].every((table) => (said[table] ?? 0) === (counted[table] ?? 0));
}
