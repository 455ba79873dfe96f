import { currentPermit, type Db, type Permit } from '../storage/index.ts';
import { KeywardError, type ErrorExtras } from '../base/errors.ts';
import { ENDINGS_MAX, endingSince, headSeq, lockHead, type MadeChange } from './node-store.ts';

/** The id of a request, unique across nodes. */
export const runId = (nodeId: string, number: number): string =>
  `run_${nodeId.replace(/^node_/, '')}_${number.toString(36)}`;

/** Whether the id is of a request on this node. */
export const isRunOn = (id: string, nodeId: string): boolean => id.startsWith(runId(nodeId, 0).slice(0, -1));

export type EndedBy =
  'key_revoked' | 'session_ended' | 'forbidden_resource' | 'request_stopped' | 'server_stopping';

export interface RunnerView {
  key_id: string | null;
  owner_id: string | null;
  route: string;
  /** ms since 1970. */
  startedAt: number;
}

export interface TokensSoFar {
  tokensIn: number;
  tokensOut: number;
}

/** Of work in pieces, such as the passages of a document that is embedded. */
export interface Progress {
  done: number;
  total: number;
}

/** An item of a list of requests in flight. */
export interface RunView extends RunnerView {
  id: string;
  node: string;
  age_ms: number;
  model: string | null;
  tokens_in: number;
  tokens_out: number;
  progress: Progress | null;
}

export interface Known {
  /** Subjects (`endWith`). */
  found: readonly string[];
  /** The names of each route to the model that it asks; undefined: none yet. */
  asked: readonly (readonly string[])[] | undefined;
}

/** A request; `http` implements it. */
export interface Runner {
  /** The ids of its key, the ancestors, its secret, the owners and the session. */
  subjects(): readonly string[];
  /** Nothing more of it is read or sent. Synchronous; must not throw. */
  end(by: EndedBy): void;
  /** ms since 1970: when its key or session expires; Infinity: never. */
  endsAt(): number;
  /**
   * Whether it needs no more than these rights, which a change has left to its subject; then it keeps their expiry too.
   * @param known what it has found out while it ran
   */
  staysWithin(rights: string, known: Known): boolean;
  describe(): RunnerView;
}

/** The node of the runs. */
export interface RunsOptions {
  nodeId: string;
  db: Db;
  /** The last change that was applied here. */
  applied(): number;
  /** False: changes may be acknowledged before they are applied here. */
  leaseHolds(): boolean;
  nowMs(): number;
}

const MESSAGES: Record<EndedBy, string> = {
  key_revoked: 'The key was revoked, or ended by itself, while the request ran.',
  session_ended: 'The session was ended while the request ran.',
  forbidden_resource: 'A right that the request needs may have been taken away while it ran.',
  request_stopped: 'An administrator or the holder of the key stopped the request.',
  server_stopping: 'The server stops, and the request ran for longer than it waits for.',
};

export const endedError = (by: EndedBy): KeywardError => new KeywardError(by, MESSAGES[by], EXTRAS[by]);

const EXTRAS: Partial<Record<EndedBy, ErrorExtras>> = {
  forbidden_resource: { hint: 'Send the request again: the answer says what is still allowed.' },
  server_stopping: { hint: 'Try again in a moment.', headers: { 'retry-after': '1' } },
};

export function endedBy({ kind, rights }: Pick<MadeChange, 'kind' | 'rights'>): EndedBy {
  if (kind === 'stop') return 'request_stopped';
  if (kind === 'access' || rights !== null) return 'forbidden_resource';
  return kind === 'session' || kind === 'user' ? 'session_ended' : 'key_revoked';
}

/**
 * A request in flight, and the permit of the work that it begins. The node ends an open run with its key or session. Work
 * that goes on after the request reads the database before each commit.
 */
export class Run implements Permit {
  /** Its neighbours in the list of runs.ts, which alone sets them. */
  older: Run | undefined;
  newer: Run | undefined;
  readonly #options: RunsOptions;
  readonly #number: number;
  readonly #runner: Runner;
  #endedBy: EndedBy | undefined;
  /** Subjects that it has found out while it ran. */
  #found: readonly string[] = [];
  #model: string | undefined;
  #asked: Known['asked'];
  #soFar: (() => TokensSoFar) | undefined;
  #progress: Progress | null = null;
  #isOpen = true;
  #aborter: AbortController | undefined;
  /** The first change that it has announced in a transaction: no other node's change can commit until that ends. */
  #announced: { tx: Db; seq: number } | undefined;
  /** Of a closed run: the change up to which nothing has ended it. */
  #seen = 0;

  constructor(options: RunsOptions, number: number, runner: Runner) {
    this.#options = options;
    this.#number = number;
    this.#runner = runner;
  }

  get id(): string {
    return runId(this.#options.nodeId, this.#number);
  }

  get ended(): EndedBy | undefined {
    return this.#endedBy;
  }

  /** @param soFar the tokens that the model has used at that time. @param routes the names of each route that it may take. */
  asks(model: string, soFar: () => TokensSoFar, routes: NonNullable<Known['asked']>): void {
    this.#model = model;
    this.#soFar = soFar;
    this.#asked = routes;
  }

  reports(progress: Progress): void {
    this.#progress = progress;
  }

  get about(): RunnerView {
    return this.#runner.describe();
  }

  view(): RunView {
    const { tokensIn, tokensOut } = this.#soFar?.() ?? { tokensIn: 0, tokensOut: 0 };
    const model = this.#model ?? null;
    const { nodeId: node } = this.#options;
    const { about } = this;
    const age_ms = performance.timeOrigin + performance.now() - about.startedAt;
    const progress = this.#progress;
    return {
      id: this.id,
      ...about,
      age_ms,
      model,
      tokens_in: tokensIn,
      tokens_out: tokensOut,
      progress,
      node,
    };
  }

  isUnder(subject: string): boolean {
    return this.#runner.subjects().includes(subject) || this.#found.includes(subject);
  }

  alsoUnder(subject: string): void {
    if (!this.#found.includes(subject)) this.#found = [...this.#found, subject];
  }

  /** A request is not ended by its own changes. */
  isEndedBy({ subject, madeBy, rights }: MadeChange): boolean {
    if (!this.isUnder(subject) && !(subject.startsWith('run_') && subject === this.id)) return false;
    if (madeBy !== null && madeBy === this.id) return false;
    return rights === null || !this.#runner.staysWithin(rights, { found: this.#found, asked: this.#asked });
  }

  end(by: EndedBy): void {
    if (this.#endedBy !== undefined) return;
    this.#endedBy = by;
    this.#runner.end(by);
    this.#aborter?.abort();
  }

  /** Made on first use: most requests use the signal of their caller. */
  get signal(): AbortSignal {
    this.#aborter ??= new AbortController();
    if (this.#endedBy !== undefined) this.#aborter.abort();
    return this.#aborter.signal;
  }

  get hasExpired(): boolean {
    return this.#runner.endsAt() <= this.#options.nowMs();
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#seen = this.#options.applied();
  }

  announced(tx: Db, seq: number): void {
    if (this.#announced?.tx !== tx) this.#announced = { tx, seq };
  }

  refuseEnded(): void {
    if (this.#endedBy === undefined && this.hasExpired) this.#endedBy = 'key_revoked';
    if (this.#endedBy !== undefined) throw endedError(this.#endedBy);
  }

  /** Asks the database where this node may not know of its end yet. Guarded by run.test.ts. */
  stands(): undefined | Promise<void> {
    this.refuseEnded();
    if (this.#isOpen && this.#options.leaseHolds()) return undefined;
    const { db } = this.#options;
    const seq = this.#known();
    return headSeq(db).then((head) => this.#refuseSince(db, seq, head));
  }

  /** A change that ends it commits before this transaction, and is seen here, or after it: then this write came first. */
  async check(tx: Db): Promise<void> {
    this.refuseEnded();
    // Before the head is read: a change that is applied meanwhile must be seen too.
    const seq = this.#known();
    const own = this.#announced?.tx === tx ? this.#announced.seq : undefined;
    const head = own === undefined ? await lockHead(tx) : own - 1;
    await this.#refuseSince(tx, seq, head);
  }

  /** The change up to which nothing has ended it. */
  #known(): number {
    return this.#isOpen ? this.#options.applied() : this.#seen;
  }

  /** @param head the number of the last change. */
  async #refuseSince(db: Db, seq: number, head: number): Promise<void> {
    if (head === seq) return;
    const { id: madeBy } = this;
    const subjects = [...this.#runner.subjects(), ...this.#found, madeBy];
    const { endings, oldest } = await endingSince(db, { seq, subjects, madeBy });
    const ending = endings.find((change) => this.isEndedBy(change));
    // The database was restored, or changes were deleted: the request may have been ended.
    const isUnknown = head < seq || (oldest ?? head + 1) > seq + 1 || endings.length === ENDINGS_MAX;
    if (ending === undefined && !isUnknown) {
      // A change may have brought its expiry forward.
      this.refuseEnded();
      if (!this.#isOpen) this.#seen = Math.max(this.#seen, head);
      return;
    }
    this.#endedBy ??= ending === undefined ? 'key_revoked' : endedBy(ending);
    throw endedError(this.#endedBy);
  }
}

/**
 * From here on a change of the subject, such as the deletion of a workspace, ends the request that runs. Read the subject after
 * the call: a change from before is seen then. Guarded by lost-rights.test.ts.
 */
export function endWith(subject: string): void {
  const permit = currentPermit();
  if (permit instanceof Run) permit.alsoUnder(subject);
}
