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
 * Verifies the whole log in the database: every record by its own hash, by the record before it, by the head
 * and by the signed checkpoints. Constant memory.
 *
 * What it can and cannot find: without options, every change by somebody who does not recompute the rest.
 * Somebody who owns the database can rewrite the whole chain, its head, and take the checkpoints away; that
 * is found only with a checkpoint saved elsewhere. With `publicKey` he cannot make checkpoints of his own, but
 * can still cut the log back to an older one that was signed. What was appended after the last checkpoint is
 * protected by nothing that he could not recompute, and records that he appends himself look like any other.
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
 * The same for an NDJSON export (`exportRecords`), without a database or a network. The file's own header
 * says where the log ended; who edits the file can edit that too, so the honest promise is the one above.
 * @param lines without their line feeds, as `node:readline` gives them; empty ones are skipped.
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

function walkerFor({ publicKey = [], checkpoints = [] }: VerifyOptions): ChainWalker {
  const walker = new ChainWalker({ publicKeys: [publicKey].flat() });
  for (const checkpoint of checkpoints) walker.checkpoint(checkpoint, true);
  return walker;
}
