import type { Head } from './audit-store.ts';
import { isSigned, type Checkpoint } from './checkpoint.ts';
import { GENESIS_HASH, recordHash, type RecordRow } from './record.ts';

export type Fault =
  /** A record does not match its own hash: one of its fields was changed. */
  | 'hash_mismatch'
  /** A record is missing. */
  | 'gap'
  /** A record stands in the wrong place, or twice. */
  | 'order'
  /** A record does not follow from the one before it, which was put in or rewritten. */
  | 'prev_mismatch'
  /** Records are missing at the end: the head or a checkpoint says that there were more. */
  | 'truncated'
  /** The chain does not end as its head says. */
  | 'head_mismatch'
  /** A record is not the one that was signed: everything up to it may have been rewritten. */
  | 'checkpoint_mismatch'
  /** A checkpoint was changed, or signed by a key that is not trusted. */
  | 'bad_signature'
  /** A line that is no record, no checkpoint and no header. */
  | 'malformed';

export interface BrokenChain {
  valid: false;
  /** The first record that is wrong or missing; of a bad checkpoint, its record. */
  seq: number;
  reason: Fault;
  /** One sentence for people. */
  message: string;
}

export interface WholeChain {
  valid: true;
  records: number;
  /** Of the last record. */
  hash: string;
  /** Checkpoints that match. */
  checkpoints: number;
  /**
   * Nobody with the database alone can have changed a record up to this one: it has a checkpoint that was saved elsewhere,
   * or signed with a given public key. 0: there is no such checkpoint.
   */
  trusted_to_seq: number;
}

export type Verification = WholeChain | BrokenChain;

/** Checkpoints that wait for their record. More means a file that is not an export. */
const WAITING_MAX = 100_000;

export function broken(seq: number, reason: Fault, message: string): BrokenChain {
  return { valid: false, seq, reason, message };
}

/** Verifies a chain record by record in constant memory, up to the first fault. */
export class ChainWalker {
  #last: Head;
  #fault: BrokenChain | undefined;
  #missingSeq: number | undefined;
  #checkpoints = 0;
  #trustedToSeq = 0;
  readonly #publicKeys: string[];
  readonly #waiting = new Map<number, { hash: string; trusted: boolean }>();

  /**
   * @param options.publicKeys PEM, of checkpoints that are accepted. Empty: each checkpoint's own.
   * @param options.after where to start. @default the beginning
   */
  constructor({ publicKeys = [], after }: { publicKeys?: string[]; after?: Head } = {}) {
    this.#publicKeys = publicKeys;
    this.#last = after ?? { seq: 0, hash: GENESIS_HASH };
  }

  get last(): Head {
    return this.#last;
  }

  get isBroken(): boolean {
    return this.#fault !== undefined;
  }

  /** Broken, and later records cannot change the fault. */
  get isDecided(): boolean {
    return this.#fault !== undefined && this.#missingSeq === undefined;
  }

  /** @param isSaved the checkpoint was saved outside of the database. */
  checkpoint(checkpoint: Checkpoint, isSaved = false): void {
    if (this.#fault !== undefined) return;
    const { seq, hash } = checkpoint;
    if (!isSigned(checkpoint, this.#publicKeys)) {
      this.fail(seq, 'bad_signature', `The checkpoint of record ${seq} is not signed by a trusted key.`);
      return;
    }
    const trusted = isSaved || this.#publicKeys.length > 0;
    if (seq === this.#last.seq) this.#compare(this.#last, { hash, trusted });
    else if (seq < this.#last.seq) this.fail(seq, 'order', `The checkpoint of record ${seq} comes too late.`);
    else this.#wait(seq, { hash, trusted });
  }

  record(row: RecordRow): void {
    if (this.#missingSeq !== undefined) this.#lookForMissing(row);
    if (this.#fault !== undefined) return;
    const { hash, ...content } = row;
    const expected = this.#last.seq + 1;
    if (row.seq > expected) this.#miss(expected, row.seq);
    else if (row.seq !== expected) {
      this.fail(row.seq, 'order', `Record ${row.seq} stands after record ${this.#last.seq}.`);
    } else if (recordHash(content) !== hash) {
      this.fail(row.seq, 'hash_mismatch', `Record ${row.seq} was changed: it does not match its hash.`);
    } else if (row.prev_hash !== this.#last.hash) {
      const before = row.seq - 1;
      this.fail(row.seq, 'prev_mismatch', `Record ${row.seq} does not follow from record ${before}.`);
    } else this.#advance({ seq: row.seq, hash });
  }

  end(head: Head | undefined): Verification {
    this.#missingSeq = undefined;
    if (this.#fault !== undefined) return this.#fault;
    const last = this.#last;
    let promised = head?.seq ?? 0;
    for (const seq of this.#waiting.keys()) promised = Math.max(promised, seq);
    if (promised > last.seq) {
      return broken(
        last.seq + 1,
        'truncated',
        `Records are missing at the end: there were ${promised}, here are ${last.seq}.`,
      );
    }
    if (head !== undefined && (head.seq !== last.seq || head.hash !== last.hash)) {
      const seq = Math.min(last.seq, head.seq + 1);
      return broken(seq, 'head_mismatch', `The chain ends in record ${last.seq}, not as its head says.`);
    }
    return {
      valid: true,
      records: last.seq,
      hash: last.hash,
      checkpoints: this.#checkpoints,
      trusted_to_seq: this.#trustedToSeq,
    };
  }

  fail(seq: number, reason: Fault, message: string): void {
    this.#fault ??= broken(seq, reason, message);
  }

  #advance(record: Head): void {
    this.#last = record;
    const checkpoint = this.#waiting.get(record.seq);
    if (checkpoint === undefined) return;
    this.#waiting.delete(record.seq);
    this.#compare(record, checkpoint);
  }

  #compare(record: Head, { hash, trusted }: { hash: string; trusted: boolean }): void {
    if (hash !== record.hash) {
      const message = `Record ${record.seq} is not the one that was signed: it or what came before was rewritten.`;
      this.fail(record.seq, 'checkpoint_mismatch', message);
      return;
    }
    this.#checkpoints += 1;
    if (trusted) this.#trustedToSeq = record.seq;
  }

  #wait(seq: number, checkpoint: { hash: string; trusted: boolean }): void {
    const other = this.#waiting.get(seq);
    if (other !== undefined && other.hash !== checkpoint.hash) {
      this.fail(seq, 'checkpoint_mismatch', `Two checkpoints of record ${seq} contradict each other.`);
    } else if (this.#waiting.size >= WAITING_MAX) {
      this.fail(seq, 'malformed', 'There are more checkpoints than records.');
    } else {
      this.#waiting.set(seq, { ...checkpoint, trusted: checkpoint.trusted || (other?.trusted ?? false) });
    }
  }

  /** The record may stand further down: the rest of the records decides. */
  #miss(missingSeq: number, foundSeq: number): void {
    const message = `Record ${missingSeq} is missing: record ${foundSeq} stands in its place.`;
    this.fail(missingSeq, 'gap', message);
    this.#missingSeq = missingSeq;
  }

  #lookForMissing(row: RecordRow): void {
    if (row.seq !== this.#missingSeq) return;
    this.#missingSeq = undefined;
    this.#fault = broken(row.seq, 'order', `Record ${row.seq} stands after records that follow it.`);
  }
}
