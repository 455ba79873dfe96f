import type { Clock } from '../base/clock.ts';
import { Every } from '../base/every.ts';
import { newId } from '../base/ids.ts';
import type { Logger } from '../base/logger.ts';
import { booksOf, currentPermit, type Db, type Storage } from '../storage/index.ts';
import { Acknowledgements, type Acknowledgement } from './acknowledgements.ts';
import { AppliedChanges } from './applied-changes.ts';
import { EndedTally } from './ended-tally.ts';
import * as store from './node-store.ts';
import type { Change } from './node-store.ts';
import { Peers } from './peers.ts';
import { Questions } from './questions.ts';
import { Run } from './run.ts';
import { Runs } from './runs.ts';
import { openPostgresWire } from './postgres-wire.ts';
import { openSocketWire } from './socket-wire.ts';
import { TakenAwayWork } from './taken-away.ts';
import { WakeUps } from './wake-ups.ts';
import type { Confirmation, Wire } from './wire.ts';

/** How long a node may serve from memory without asking the database. */
export const LEASE_MS = 2_000;
const RENEW_MS = 500;
/** Clocks of two machines may run at different speeds. */
const DRIFT_MS = 50;
const CHANGES_KEPT_MS = 3_600_000;
const CLEAN_MS = 10_000;
/** Of answers that no node has collected. */
const ANSWERS_KEPT_MS = 60_000;

interface Options {
  storage: Storage;
  clock: Clock;
  logger: Logger;
  version: string;
  /** For the sockets of processes that share an SQLite file. */
  socketDir: string;
  /** The location of the storage; a node listens on a PostgreSQL URL. */
  database: string;
}

/**
 * The live processes on one database. A process serves from memory only while its lease holds. A change that takes
 * something away is acknowledged when every process has confirmed it or can no longer hold a lease:
 * docs/decisions/0003-revocation.md.
 */
export class Nodes {
  readonly id = newId('node');
  readonly #options: Options;
  readonly #peers: Peers;
  readonly #tally = new EndedTally();
  /** The requests in flight on this node. */
  readonly runs: Runs;
  readonly #questions: Questions;
  readonly #changes: AppliedChanges;
  readonly #wakeUps: WakeUps;
  readonly #acknowledgements: Acknowledgements;
  readonly #takenAway: TakenAwayWork[] = [];
  #wire: Wire | undefined;
  #leaseEndsMonotonicMs = -Infinity;
  #leaseEndsWallMs = -Infinity;
  readonly #ticks = new Every(RENEW_MS, () =>
    this.#renew().catch((error: unknown) =>
      this.#options.logger.warn({ err: error }, 'the lease could not be renewed'),
    ),
  );
  #cleanedMs = 0;
  #stopping: Promise<void> | undefined;
  /** Only grows: a row that was deleted comes back with a higher count. */
  #renewals = 0;
  #renewed = Promise.withResolvers<void>();

  constructor(options: Options) {
    // Without the permit of the request that happens to call.
    this.#options = { ...options, storage: booksOf(options.storage) };
    const { clock, logger, storage } = this.#options;
    this.#peers = new Peers(clock, LEASE_MS + DRIFT_MS);
    this.runs = new Runs({
      nodeId: this.id,
      db: storage.db,
      leaseHolds: () => this.leaseHolds(),
      applied: () => this.#changes.seq,
      nowMs: () => clock.nowMs(),
    });
    this.#questions = new Questions({ storage, clock, logger, nodeId: this.id });
    this.#changes = new AppliedChanges({
      db: storage.db,
      nodeId: this.id,
      runs: this.runs,
      tally: this.#tally,
      questions: this.#questions,
    });
    this.#acknowledgements = new Acknowledgements({
      clock,
      logger,
      leaseMs: LEASE_MS + DRIFT_MS,
      peers: this.#peers,
      tally: this.#tally,
      catchUp: () => this.#changes.catchUp(),
      observeOthers: () => this.#observeOthers(),
      wire: () => this.#wire,
      worksOff: () => Promise.all(this.#takenAway.map((work) => work.done())),
    });
    this.#wakeUps = new WakeUps({ logger, wire: () => this.#wire, others: () => this.#peers.live() });
  }

  /** From here on, revocations on other nodes wait for this one. */
  async start(): Promise<void> {
    const { storage, logger, database, socketDir } = this.#options;
    const events = {
      onAnnounced: async (seq: number) => {
        if (seq > this.#changes.seq) await this.#changes.catchUp();
        return { applied: this.#changes.seq, seq, ended: this.#tally.of(this.id, seq) };
      },
      onConfirmed: (nodeId: string, { applied, seq, ended }: Confirmation) => {
        this.#tally.heard(nodeId, seq, ended);
        this.#peers.confirmed(nodeId, applied);
      },
      onWake: (topic: string) => this.#wakeUps.hear(topic),
    };
    this.#wire =
      storage.dialect === 'postgres'
        ? await openPostgresWire({ nodeId: this.id, url: database, storage, events, logger })
        : await openSocketWire({ nodeId: this.id, directory: socketDir, events, logger });
    try {
      // The changes that follow do not cover what was read into memory before.
      this.#changes.forgetEverything(await store.headSeq(storage.db));
      await this.#renew();
    } catch (error) {
      await this.#wire.close();
      throw error;
    }
    if (this.#stopping === undefined) this.#ticks.start();
  }

  /** Whether memory may be believed. Asks the wall clock too: the monotonic clock stops while a machine sleeps. */
  leaseHolds(): boolean {
    const { clock } = this.#options;
    return clock.monotonicMs() < this.#leaseEndsMonotonicMs && clock.nowMs() < this.#leaseEndsWallMs;
  }

  /** Resolves at the next renewal: changes until then have been applied here. */
  get renewed(): Promise<void> {
    return this.#renewed.promise;
  }

  /**
   * Grows with each change. Note it before a read from the database, and keep the result in memory only if it is the same
   * afterwards: the read may be older than a change.
   */
  get generation(): number {
    return this.#changes.generation;
  }

  /** @param listener called for each change of any node, before it is confirmed. Synchronous; must not throw. */
  onChange(listener: (change: Change | 'everything') => void): void {
    this.#changes.onChange(listener);
  }

  /**
   * @param work for what was taken away: once for all changes so far, and before a change of this node is acknowledged, unless it
   * takes longer than a lease. Idempotent; what it does not end must have no effect.
   * @returns does it now, where it is still due after a failure. Never rejects
   */
  onTakenAway(work: () => Promise<void>): () => Promise<void> {
    const takenAway = new TakenAwayWork(work, this.#options.logger);
    this.#takenAway.push(takenAway);
    this.onChange((change) => takenAway.hear(change));
    return () => takenAway.done();
  }

  /** In the transaction that makes the change. @returns a number for `acknowledge`, after the commit. */
  async announce(tx: Db, change: Change): Promise<number> {
    const permit = currentPermit();
    const run = permit instanceof Run ? permit : undefined;
    const wire = this.#wire;
    const nowMs = this.#options.clock.nowMs();
    const { notification } = wire ?? {};
    const seq = await store.appendChange(tx, change, { nowMs, madeBy: run?.id ?? null, notification });
    wire?.markAnnounced(seq);
    run?.announced(tx, seq);
    return seq;
  }

  /**
   * Tells all other live nodes, after a commit, that there is something to look for. It may be lost: listeners also look
   * from time to time.
   * @param topic up to 40 of a-z, 0-9, `.` and `-`, such as `jobs`.
   */
  wake(topic: string): void {
    this.#wakeUps.wake(topic);
  }

  /** @returns removes the listener. */
  onWake(topic: string, listener: () => void): () => void {
    return this.#wakeUps.onWake(topic, listener);
  }

  answerWith(answer: (question: string) => string): void {
    this.#questions.answerWith(answer);
  }

  /** Asks all other nodes. `missing`: the ids of nodes without an answer in time. */
  async ask(question: string): Promise<{ answers: string[]; missing: string[] }> {
    const others = await this.#observeOthers();
    // Dead or hung: only a minute later it is known which.
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
   * Resolves when no node admits any longer what the committed change `seq` takes away: when all have confirmed, otherwise
   * after one lease, also where the database hangs. A lease of the time of the commit is over by then, and a node that
   * renewed since has read the change.
   * @param first the number of the first change of the transaction, where it made several.
   */
  acknowledge(seq: number, first = seq): Promise<Acknowledgement> {
    return this.#acknowledgements.acknowledge(seq, first);
  }

  /** Idempotent. Later requests ask the database. */
  stop(): Promise<void> {
    this.#stopping ??= this.#leave();
    return this.#stopping;
  }

  async #leave(): Promise<void> {
    await this.#ticks.stop();
    this.#leaseEndsMonotonicMs = -Infinity;
    // The row first: other nodes still get answers meanwhile.
    await this.#options.storage
      .transaction((tx) => store.deleteNode(tx, this.id), { durable: false })
      .catch((error: unknown) => this.#options.logger.warn({ err: error }, 'the node could not sign off'));
    await this.#wire?.close();
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
    const confirmed = this.#changes.seq;
    const row = {
      id: this.id,
      address: this.#wire?.address ?? '',
      version,
      started_at: wallMs,
      renewals: ++this.#renewals,
      confirmed_seq: confirmed,
    };
    await storage.transaction((tx) => store.renewNode(tx, row), { durable: false });
    await this.#changes.catchUp();
    this.#leaseEndsMonotonicMs = monotonicMs + LEASE_MS;
    this.#leaseEndsWallMs = wallMs + LEASE_MS;
    this.#renewed.resolve();
    this.#renewed = Promise.withResolvers();
    if (this.#changes.seq > confirmed) {
      await storage.transaction((tx) => store.confirmSeq(tx, this.id, this.#changes.seq), { durable: false });
    }
    await this.#observeOthers();
    if (monotonicMs - this.#cleanedMs > CLEAN_MS) await this.#clean(monotonicMs);
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
