import type { Clock } from '../base/clock.ts';
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
import { WakeUps } from './wake-ups.ts';
import type { Confirmation, Wire } from './wire.ts';

/** How long a node may serve from memory without having asked the database. */
export const LEASE_MS = 2_000;
const RENEW_MS = 500;
/** Two machines' clocks need not run at quite the same speed. */
const DRIFT_MS = 50;
const CHANGES_KEPT_MS = 3_600_000;
const CLEAN_MS = 10_000;
/** An answer to a question of another node that nobody came for. */
const ANSWERS_KEPT_MS = 60_000;

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
  readonly #peers: Peers;
  readonly #tally = new EndedTally();
  /** The requests in flight here. */
  readonly runs: Runs;
  readonly #questions: Questions;
  readonly #changes: AppliedChanges;
  readonly #wakeUps: WakeUps;
  readonly #acknowledgements: Acknowledgements;
  #wire: Wire | undefined;
  #leaseEndsMonotonicMs = -Infinity;
  #leaseEndsWallMs = -Infinity;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #cleanedMs = 0;
  #stopping: Promise<void> | undefined;
  /** Only this process writes its count, and only upwards: a row cleared away meanwhile comes back with a higher one. */
  #renewals = 0;
  #renewed = Promise.withResolvers<void>();

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
    });
    this.#wakeUps = new WakeUps({ logger, wire: () => this.#wire, others: () => this.#peers.live() });
  }

  /** Joins: from here on revocations elsewhere wait for this node. */
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
      // What was read into memory before this is not covered by the changes that follow.
      this.#changes.forgetEverything(await store.headSeq(storage.db));
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

  /**
   * Counts applied changes. Whoever fills memory from the database notes it before the read and keeps the result
   * only if it has not moved: a change between the two would otherwise be overwritten by what was read before it.
   */
  get generation(): number {
    return this.#changes.generation;
  }

  /** Calls back for each change, made here or elsewhere, before it is confirmed. Must be synchronous and not throw. */
  onChange(listener: (change: Change | 'everything') => void): void {
    this.#changes.onChange(listener);
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

  /**
   * Tells all other live nodes that there is something to look for, within milliseconds. Call it after the commit of what is
   * to be found. It may be lost: who listens looks from time to time as well.
   * @param topic up to 40 of a-z, 0-9, `.` and `-`, such as `jobs`.
   */
  wake(topic: string): void {
    this.#wakeUps.wake(topic);
  }

  /** Calls back when another node says so. @returns ends it. */
  onWake(topic: string, listener: () => void): () => void {
    return this.#wakeUps.onWake(topic, listener);
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
  acknowledge(seq: number, first = seq): Promise<Acknowledgement> {
    return this.#acknowledgements.acknowledge(seq, first);
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
