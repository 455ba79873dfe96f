import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../base/clock.ts';
import { newId } from '../base/ids.ts';
import type { Logger } from '../base/logger.ts';
import { Mutex } from '../base/mutex.ts';
import { booksOf, currentPermit } from '../storage/index.ts';
import type { Db, Storage } from '../storage/index.ts';
import { EndedTally } from './ended-tally.ts';
import * as store from './node-store.ts';
import type { Change, MadeChange } from './node-store.ts';
import { Peers } from './peers.ts';
import { Questions } from './questions.ts';
import { Run } from './run.ts';
import { Runs } from './runs.ts';
import { openPostgresWire } from './postgres-wire.ts';
import { openSocketWire } from './socket-wire.ts';
import type { Confirmation, Wire } from './wire.ts';

/** How long a node may serve from memory without having asked the database. */
export const LEASE_MS = 2_000;
const RENEW_MS = 500;
/** Two machines' clocks need not run at quite the same speed. */
const DRIFT_MS = 50;
/** How often the database is asked for confirmations where the wire brings none. */
const POLL_MS = 100;
const CHANGES_PER_READ = 1_000;
const CHANGES_KEPT_MS = 3_600_000;
const CLEAN_MS = 10_000;
/** How long a node that has confirmed is waited for to say how many requests it has ended. */
const TALLY_MS = 50;
/** An answer to a question of another node that nobody came for. */
const ANSWERS_KEPT_MS = 60_000;

export interface Acknowledgement {
  /** How many nodes with a lease admit it no longer; 1 where this process is alone. */
  nodes: number;
  waited_ms: number;
  /** Requests that were in flight and were ended, on all nodes that said so. */
  requests_ended: number;
}

interface Options {
  storage: Storage;
  clock: Clock;
  logger: Logger;
  version: string;
  /** For the sockets of processes that share an SQLite file. */
  socketDir: string;
  /** The location of the storage; a PostgreSQL URL is listened on. */
  database: string;
}

/**
 * The live processes on one database, and the promise between them: a process serves from memory only while its
 * lease holds, and a change that takes something away is acknowledged only when every process has confirmed it or
 * can no longer hold a lease. Why this is enough is in docs/decisions/0003-revocation.md.
 */
export class Nodes {
  readonly id = newId('node');
  readonly #options: Options;
  readonly #listeners: ((change: Change | 'everything') => void)[] = [];
  readonly #catchUp = new Mutex();
  readonly #peers: Peers;
  readonly #tally = new EndedTally();
  /** The requests in flight here. */
  readonly runs: Runs;
  readonly #questions: Questions;
  #wire: Wire | undefined;
  #applied = 0;
  #leaseEndsMonotonicMs = -Infinity;
  #leaseEndsWallMs = -Infinity;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #cleanedMs = 0;
  #stopping: Promise<void> | undefined;
  /** Only this process writes its count, and only upwards: a row cleared away meanwhile comes back with a higher one. */
  #renewals = 0;
  #renewed = Promise.withResolvers<void>();
  /** This node and the others with a lease, when last looked at. */
  #liveNodes = 1;

  /**
   * Counts applied changes. Whoever fills memory from the database notes it before the read and keeps the result
   * only if it has not moved: a change between the two would otherwise be overwritten by what was read before it.
   */
  generation = 0;

  constructor(options: Options) {
    // Its own books: none of this is done for a request, also where one happens to be under way.
    this.#options = { ...options, storage: booksOf(options.storage) };
    const { clock, logger, storage } = this.#options;
    this.#peers = new Peers(clock, LEASE_MS + DRIFT_MS);
    this.runs = new Runs({
      nodeId: this.id,
      dialect: storage.dialect,
      db: storage.db,
      leaseHolds: () => this.leaseHolds(),
      applied: () => this.#applied,
      nowMs: () => clock.nowMs(),
    });
    this.#questions = new Questions({ storage, clock, logger, nodeId: this.id });
  }

  /** Joins: from here on revocations elsewhere wait for this node. */
  async start(): Promise<void> {
    const { storage, logger, database, socketDir } = this.#options;
    const events = {
      onAnnounced: async (seq: number) => {
        if (seq > this.#applied) await this.#applyChanges();
        return { applied: this.#applied, seq, ended: this.#tally.of(this.id, seq) };
      },
      onConfirmed: (nodeId: string, { applied, seq, ended }: Confirmation) => {
        this.#tally.heard(nodeId, seq, ended);
        this.#peers.confirmed(nodeId, applied);
      },
    };
    this.#wire =
      storage.dialect === 'postgres'
        ? await openPostgresWire({ nodeId: this.id, url: database, events, logger })
        : await openSocketWire({ nodeId: this.id, directory: socketDir, events, logger });
    try {
      // What was read into memory before this is not covered by the changes that follow.
      this.#forgetEverything(await store.headSeq(storage.db));
      await this.#renew();
    } catch (error) {
      await this.#wire.close();
      throw error;
    }
    this.#schedule();
  }

  /** Whether memory may be believed right now. The wall clock is asked too: a machine that slept stops the other one. */
  leaseHolds(): boolean {
    const { clock } = this.#options;
    return clock.monotonicMs() < this.#leaseEndsMonotonicMs && clock.nowMs() < this.#leaseEndsWallMs;
  }

  /** Resolves when the database was asked the next time: what was taken away until then has been ended here. */
  get renewed(): Promise<void> {
    return this.#renewed.promise;
  }

  /** Calls back for each change, made here or elsewhere, before it is confirmed. Must be synchronous and not throw. */
  onChange(listener: (change: Change | 'everything') => void): void {
    this.#listeners.push(listener);
  }

  /** Records a change in the transaction that makes it. Pass the number to `acknowledge` once committed. */
  async announce(tx: Db, change: Change): Promise<number> {
    const permit = currentPermit();
    const run = permit instanceof Run ? permit : undefined;
    const wire = this.#wire;
    const nowMs = this.#options.clock.nowMs();
    const seq = await store.appendChange(tx, change, { nowMs, madeBy: run?.id ?? null, word: wire?.word });
    wire?.told(seq);
    run?.announced(tx, seq);
    return seq;
  }

  /** What this node answers when another one asks. */
  answerWith(answer: (question: string) => string): void {
    this.#questions.answerWith(answer);
  }

  /** Asks all other nodes. @returns the answers of those that gave one in time, and the ids of those that did not. */
  async ask(question: string): Promise<{ answers: string[]; missing: string[] }> {
    const others = await this.#observeOthers();
    // Dead or hung: for a minute nobody can say which.
    const ids = others.map((other) => other.id);
    if (ids.every((other) => this.#peers.isOver(other))) return { answers: [], missing: ids };
    const { id, change } = this.#questions.asked(question);
    const seq = await this.#options.storage.transaction((tx) => this.announce(tx, change), {
      durable: false,
    });
    const { nodes } = await this.acknowledge(seq);
    const answers = await this.#questions.collect(id, nodes - 1);
    const answered = new Set(answers.map(({ node }) => node));
    return {
      answers: answers.map(({ body }) => body),
      missing: ids.filter((other) => !answered.has(other)),
    };
  }

  /**
   * Resolves when no node admits any longer what the committed change `seq` takes away: when all have confirmed,
   * otherwise after one lease, whatever hangs, the database included. Whoever held a lease when the change was
   * committed has lost it by then; whoever renewed one since has read the change. That goes for this node too.
   * @param first where the transaction made several changes: the number of the first of them.
   */
  async acknowledge(seq: number, first = seq): Promise<Acknowledgement> {
    const { clock, logger } = this.#options;
    const startedMs = clock.monotonicMs();
    const lease = new AbortController();
    const leaseIsOver = sleep(LEASE_MS + DRIFT_MS, undefined, { signal: lease.signal });
    const confirmed = this.#allConfirm({ first, seq }, lease.signal).catch((error: unknown) => {
      logger.warn({ err: error }, 'nobody can be asked about a change: one lease is waited for');
      return leaseIsOver;
    });
    await Promise.race([confirmed, leaseIsOver]);
    lease.abort();
    await leaseIsOver.catch(() => undefined);
    const waited_ms = Math.round((clock.monotonicMs() - startedMs) * 10) / 10;
    return { nodes: this.#liveNodes, waited_ms, requests_ended: this.#tally.total(first, seq) };
  }

  /** Leaves; what is served after this asks the database. Twice is fine. */
  stop(): Promise<void> {
    this.#stopping ??= this.#leave();
    return this.#stopping;
  }

  async #leave(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#running;
    this.#leaseEndsMonotonicMs = -Infinity;
    // The row first: whoever asks meanwhile is still answered.
    await this.#options.storage
      .transaction((tx) => store.deleteNode(tx, this.id), { durable: false })
      .catch((error: unknown) => this.#options.logger.warn({ err: error }, 'the node could not sign off'));
    await this.#wire?.close();
  }

  /** Resolves when every other node has confirmed `seq`, has lost its lease or is gone; or when aborted. */
  async #allConfirm({ first, seq }: { first: number; seq: number }, signal: AbortSignal): Promise<void> {
    await this.#applyChanges();
    const told = new Set<string>();
    while (!signal.aborted) {
      const others = await this.#observeOthers();
      const live = others.filter(({ id }) => !this.#peers.isOver(id));
      this.#liveNodes = live.length + 1;
      // Also those that have found it themselves: they say how many requests they have ended.
      for (const row of live.filter(({ id }) => !told.has(id))) {
        told.add(row.id);
        for (let one = first; one <= seq; one++) this.#wire?.announce(row, one);
      }
      const ids = live.map(({ id }) => id);
      // A node that came after this look has read the change: those of the look are all that are to be waited for.
      if (await this.#peers.untilConfirmed(ids, seq, POLL_MS))
        return this.#tally.untilHeard(ids, seq, TALLY_MS);
    }
  }

  #schedule(): void {
    this.#timer = setTimeout(() => {
      this.#running = this.#renew()
        .catch((error: unknown) =>
          this.#options.logger.warn({ err: error }, 'the lease could not be renewed'),
        )
        .then(() => {
          if (this.#stopping === undefined) this.#schedule();
        });
    }, RENEW_MS);
    this.#timer.unref();
  }

  /**
   * The order matters: note the time, renew, read the changes, and only then trust memory again. A change committed
   * before the renewal is read here; one committed after it finds the renewed row and waits for this node.
   */
  async #renew(): Promise<void> {
    const { clock, storage, version } = this.#options;
    this.runs.endExpired();
    const monotonicMs = clock.monotonicMs();
    const wallMs = clock.nowMs();
    const confirmed = this.#applied;
    const row = {
      id: this.id,
      address: this.#wire?.address ?? '',
      version,
      started_at: wallMs,
      renewals: ++this.#renewals,
      confirmed_seq: confirmed,
    };
    await storage.transaction((tx) => store.renewNode(tx, row), { durable: false });
    await this.#applyChanges();
    this.#leaseEndsMonotonicMs = monotonicMs + LEASE_MS;
    this.#leaseEndsWallMs = wallMs + LEASE_MS;
    this.#renewed.resolve();
    this.#renewed = Promise.withResolvers();
    if (this.#applied > confirmed) {
      await storage.transaction((tx) => store.confirmSeq(tx, this.id, this.#applied), { durable: false });
    }
    await this.#observeOthers();
    if (monotonicMs - this.#cleanedMs > CLEAN_MS) await this.#clean(monotonicMs);
  }

  #applyChanges(): Promise<void> {
    const { db } = this.#options.storage;
    return this.#catchUp.run(async () => {
      for (;;) {
        const { head, changes } = await store.changesAfter(db, this.#applied, CHANGES_PER_READ);
        if (head === this.#applied) return;
        const last = changes.at(-1)?.seq ?? 0;
        // Some were cleared away before this node saw them, or the database was put back to an earlier state.
        if (last - this.#applied !== changes.length || changes.length === 0)
          return this.#forgetEverything(head);
        // More than one read holds: their keys are forgotten by forgetting all of them.
        this.#apply(changes, changes.length === CHANGES_PER_READ);
        this.#applied = last;
        if (last >= head) return;
      }
    });
  }

  /** Requests end before the change is confirmed, and before anything can be read into memory again. */
  #apply(changes: readonly MadeChange[], isLong: boolean): void {
    this.generation++;
    if (isLong) for (const listener of this.#listeners) listener('everything');
    for (const change of changes) {
      const { kind, subject } = change;
      if (kind === 'question') this.#questions.hear(subject);
      else if (!isLong) for (const listener of this.#listeners) listener({ kind, subject });
      const ended = this.runs.apply(change);
      if (ended > 0) this.#tally.heard(this.id, change.seq, ended);
    }
  }

  /** Nobody knows what was taken away: nothing that was let in before may go on. */
  #forgetEverything(seq: number): void {
    this.generation++;
    for (const listener of this.#listeners) listener('everything');
    this.runs.endAll();
    this.#tally.clear();
    this.#applied = seq;
  }

  async #observeOthers(): Promise<store.NodeRow[]> {
    const rows = await store.allNodes(this.#options.storage.db);
    const others = rows.filter(({ id }) => id !== this.id);
    this.#peers.observe(others);
    return others;
  }

  async #clean(monotonicMs: number): Promise<void> {
    this.#cleanedMs = monotonicMs;
    const { storage, clock } = this.#options;
    const gone = this.#peers.longOver();
    await storage.transaction(
      async (tx) => {
        await store.deleteChangesBefore(tx, clock.nowMs() - CHANGES_KEPT_MS);
        await store.deleteAnswers(tx, { beforeMs: clock.nowMs() - ANSWERS_KEPT_MS });
        for (const { id, renewals } of gone) await store.deleteNode(tx, id, renewals);
      },
      { durable: false },
    );
    for (const node of gone) await this.#wire?.forget(node);
  }
}
