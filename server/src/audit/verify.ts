import type { Storage } from '../storage/index.ts';
import { readHead, type Head } from './audit-store.ts';
import { broken, ChainWalker, type Verification } from './chain.ts';
import type { Checkpoint } from './checkpoint.ts';
import { parseExportLine } from './export-line.ts';
import { walkAll } from './walk.ts';

export interface VerifyOptions {
  /** PEM, one or several (a master key that was rotated has one each). Checkpoints by others are refused. */
  publicKey?: string | string[];
  /** Checkpoints that were saved elsewhere. */
  checkpoints?: Checkpoint[];
}

/**
 * Verifies the log in the database: each record by its hash, the record before it, the head and the signed checkpoints.
 * Constant memory.
 *
 * Without options it finds each change whose author has not recomputed the rest. The owner of the database can rewrite the
 * whole chain and remove its checkpoints: only a checkpoint that was saved elsewhere proves that. With `publicKey` they
 * cannot sign checkpoints, but can cut the log back to a signed one. Records after the last checkpoint are not protected.
 */
export async function verifyStorage(storage: Storage, options: VerifyOptions = {}): Promise<Verification> {
  return storage.snapshot(async (tx) => {
    const walker = walkerFor(options);
    const head = await readHead(tx);
    await walkAll(tx, walker);
    return walker.end(head);
  });
}

/**
 * Like `verifyStorage`, for an export (`exportRecords`). Its header can be edited like its records.
 * @param lines without their line feeds; empty ones are skipped.
 */
export async function verifyFile(
  lines: AsyncIterable<string>,
  options: VerifyOptions = {},
): Promise<Verification> {
  const walker = walkerFor(options);
  let head: Head | undefined;
  let number = 0;
  for await (const text of lines) {
    number += 1;
    if (text.trim() === '') continue;
    const line = parseExportLine(text);
    if (line?.kind === 'selection') return broken(0, 'malformed', SELECTION);
    if (line === undefined || (line.kind === 'header') !== (head === undefined)) {
      walker.fail(walker.last.seq + 1, 'malformed', `Line ${number} is not what an export has there.`);
      break;
    }
    if (line.kind === 'header') head = line.head;
    else if (line.kind === 'record') walker.record(line.row);
    else walker.checkpoint(line.checkpoint);
    if (walker.isDecided) break;
  }
  if (head === undefined && !walker.isBroken)
    return broken(0, 'malformed', 'There is no header: not an export.');
  return walker.end(head);
}

const SELECTION =
  'The file has the records that fit a filter, and the chain needs those between them. Export again without filters.';

function walkerFor({ publicKey = [], checkpoints = [] }: VerifyOptions): ChainWalker {
  const walker = new ChainWalker({ publicKeys: [publicKey].flat() });
  for (const checkpoint of checkpoints) walker.checkpoint(checkpoint, true);
  return walker;
}
