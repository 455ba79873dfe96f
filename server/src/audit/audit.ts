import { isOfKey, type Actor, type Caller } from '../access/index.ts';
import type { Clock } from '../base/clock.ts';
import { KEY_MARK } from '../base/key-text.ts';
import type { Acknowledgement, Change, Nodes } from '../nodes/index.ts';
import type { Db, Storage } from '../storage/index.ts';
import { append } from './append.ts';
import type { AuditEntry, Outcome } from './record.ts';
import { secretNet, type SecretNet } from './secret-net.ts';

/** A record without its actor and time. */
export type Entry = Pick<AuditEntry, 'action' | 'target' | 'details'> & {
  /** @default 'ok' */
  outcome?: Outcome;
};

type Author = Actor | { kind: 'anonymous' };

/** `entry` left out: nothing was changed. `change`: announced to the nodes, as it takes something away. */
interface Changed<T> {
  result: T;
  entry?: Entry | readonly Entry[] | undefined;
  change?: Change | readonly Change[] | undefined;
  /** Of the record, where the transaction alone tells who it is. @default the actor of the call */
  actor?: Actor;
}

interface Options {
  storage: Storage;
  nodes: Pick<Nodes, 'announce' | 'acknowledge'>;
  clock: Clock;
  /** Of this server's keys, such as `sk-`: no record contains their texts. */
  keyPrefix: string;
}

/** The only writer of records: each passes the net for secrets. Guarded by audit.test.ts. */
export class Audit {
  readonly #options: Options;
  readonly #net: SecretNet;

  constructor(options: Options) {
    this.#options = options;
    this.#net = secretNet(`${options.keyPrefix}${KEY_MARK}`);
  }

  /** A change and its record, in one transaction. Resolves when no node admits any longer what the change takes away. */
  async change<T>(actor: Actor, work: (tx: Db) => Promise<Changed<T>>): Promise<T> {
    const { result, seqs } = await this.#commit(actor, work);
    if (seqs.length > 0) await this.#acknowledge(seqs);
    return result;
  }

  /** For a change that always takes something away. */
  async changeEverywhere<T>(
    actor: Actor,
    work: (tx: Db) => Promise<Changed<T> & { change: Change | readonly [Change, ...Change[]] }>,
  ): Promise<{ result: T; acknowledged: Acknowledgement }> {
    const { result, seqs } = await this.#commit(actor, work);
    return { result, acknowledged: await this.#acknowledge(seqs) };
  }

  /** In a transaction of the caller, as its last statement. */
  async record(tx: Db, actor: Author, entries: Entry | readonly Entry[]): Promise<void> {
    const name = actor.kind === 'key' ? actor.caller.keyName : actor.kind === 'user' ? actor.name : undefined;
    const records = [entries].flat().map(({ outcome = 'ok', ...entry }) => {
      const details = name === undefined ? entry.details : { ...entry.details, actor_name: name };
      return { ...entry, actor: textOf(actor), outcome, ...(details && { details }) };
    });
    if (records.length > 0) await this.append(tx, records);
  }

  /** Records once that a change in several transactions has begun: a crash may leave a part of it. */
  begun(actor: Author, entry: Entry): (tx: Db) => Promise<void> {
    let isRecorded = false;
    return async (tx) => {
      if (isRecorded) return;
      isRecorded = true;
      await this.record(tx, actor, { ...entry, details: { ...entry.details, begun: true } });
    };
  }

  /** Several records at once. */
  append(tx: Db, entries: AuditEntry[]): Promise<unknown> {
    return append(tx, entries, { nowMs: this.#options.clock.nowMs(), net: this.#net });
  }

  /** Announces last: the order of the two locks is the one of a request that writes a record and is checked (Run.check). */
  #commit<T>(
    actor: Actor,
    work: (tx: Db) => Promise<Changed<T>>,
  ): Promise<{ result: T; seqs: readonly number[] }> {
    const { storage, nodes } = this.#options;
    return storage.transaction(async (tx) => {
      const { result, entry, change = [], actor: author = actor } = await work(tx);
      if (entry !== undefined) await this.record(tx, author, entry);
      const seqs: number[] = [];
      for (const one of [change].flat()) seqs.push(await nodes.announce(tx, one));
      return { result, seqs };
    });
  }

  #acknowledge(seqs: readonly number[]): Promise<Acknowledgement> {
    const [first = 0] = seqs;
    return this.#options.nodes.acknowledge(seqs.at(-1) ?? first, first);
  }
}

function textOf(actor: Author): AuditEntry['actor'] {
  if (actor.kind === 'key') return authorOf(actor.caller);
  return actor.kind === 'user' ? `user:${actor.id}` : actor.kind;
}

/** The author of a request in a record. */
export const authorOf = (caller: Pick<Caller, 'keyId'>): AuditEntry['actor'] =>
  isOfKey(caller) ? `key:${caller.keyId}` : (caller.keyId as 'admin' | `user:${number}`);
