import type { Db, DialectName, Permit } from '../storage/index.ts';
import { KeywardError } from '../base/errors.ts';
import { endingSince, headSeq, lockHead, type MadeChange } from './node-store.ts';

/** The id of a request: the same on every node, and of no other request. */
export const runId = (nodeId: string, number: number): string =>
  `run_${nodeId.replace(/^node_/, '')}_${number.toString(36)}`;

/** Whether the request with this id runs on the node. */
export const isRunOn = (id: string, nodeId: string): boolean => id.startsWith(runId(nodeId, 0).slice(0, -1));

/** Why a request was ended, as a code. */
export type EndedBy = 'key_revoked' | 'session_ended' | 'request_stopped';

/** What is known of a request in flight. */
export interface RunnerView {
  key_id: string | null;
  owner_id: string | null;
  route: string;
  /** ms since 1970, the same whenever it is asked for. */
  startedAt: number;
}

export interface TokensSoFar {
  tokensIn: number;
  tokensOut: number;
}

/** The same with what it asks of models, for lists. */
export interface RunView extends RunnerView {
  id: string;
  node: string;
  age_ms: number;
  model: string | null;
  tokens_in: number;
  tokens_out: number;
}

/** The request itself; `gateway` has it. */
export interface Runner {
  /** The ids of all that it is carried out for: the key and its ancestors, its secret, the owners, the session. */
  subjects(): readonly string[];
  /** Ends it: nothing more of it is read or sent from here on. Synchronous; must not throw. */
  end(by: EndedBy): void;
  /** ms since 1970: when it ends by itself; Infinity: never. */
  endsAt(): number;
  describe(): RunnerView;
}

/** What runs need of the node that they are on. */
export interface RunsOptions {
  nodeId: string;
  dialect: DialectName;
  /** For reads. */
  db: Db;
  /** The last change that was applied here. */
  applied(): number;
  /** Whether changes are applied here before they are acknowledged: false once the lease is over. */
  leaseHolds(): boolean;
  nowMs(): number;
}

const MESSAGES: Record<EndedBy, string> = {
  key_revoked: 'The key was revoked, or ended by itself, while the request ran.',
  session_ended: 'The session was ended while the request ran.',
  request_stopped: 'The request was stopped by somebody who may.',
};

export const endedError = (by: EndedBy): KeywardError => new KeywardError(by, MESSAGES[by]);

export function endedBy({ kind }: Pick<MadeChange, 'kind'>): EndedBy {
  if (kind === 'stop') return 'request_stopped';
  return kind === 'session' || kind === 'user' ? 'session_ended' : 'key_revoked';
}

/**
 * A request in flight, and the permit of all that it begins. While it is open the node ends it with whatever takes its key
 * or session away; what it has begun and goes on after it looks into the database itself, before each commit.
 */
export class Run implements Permit {
  /** Its neighbours in the list of those in flight (runs.ts), which alone sets them. */
  older: Run | undefined;
  newer: Run | undefined;
  readonly #options: RunsOptions;
  readonly #number: number;
  readonly #runner: Runner;
  #endedBy: EndedBy | undefined;
  #model: string | undefined;
  #soFar: (() => TokensSoFar) | undefined;
  #isOpen = true;
  #aborter: AbortController | undefined;
  /** The first change that it has announced in a transaction: no other can come from then on until the commit. */
  #announced: { tx: Db; seq: number } | undefined;
  /** Once it is closed: the change up to which nothing has ended it. */
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

  /** From here on it asks this model, which has taken `soFar` up to then. */
  asks(model: string, soFar: () => TokensSoFar): void {
    this.#model = model;
    this.#soFar = soFar;
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
    return { id: this.id, ...about, age_ms, model, tokens_in: tokensIn, tokens_out: tokensOut, node };
  }

  isUnder(subject: string): boolean {
    return this.#runner.subjects().includes(subject);
  }

  /** Whether the change ends it. A request is not ended by what it does itself. */
  isEndedBy({ subject, madeBy }: MadeChange): boolean {
    if (!this.isUnder(subject) && !(subject.startsWith('run_') && subject === this.id)) return false;
    return madeBy === null || madeBy !== this.id;
  }

  end(by: EndedBy): void {
    if (this.#endedBy !== undefined) return;
    this.#endedBy = by;
    this.#runner.end(by);
    this.#aborter?.abort();
  }

  /** Made when it is first asked for: most requests have a signal of their caller's, which their end aborts too. */
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

  /** Where this node may not have heard of its end, the database is asked. Guarded by run.test.ts. */
  stands(): undefined | Promise<void> {
    this.refuseEnded();
    if (this.#isOpen && this.#options.leaseHolds()) return undefined;
    const { db } = this.#options;
    const seq = this.#known();
    return headSeq(db).then((head) => this.#refuseSince(db, seq, head));
  }

  /**
   * A change that ends it commits either before this transaction, and is seen here, or after it: then what is written here
   * was written before anything was taken away.
   */
  async check(tx: Db): Promise<void> {
    this.refuseEnded();
    // Before the head is read: what this node applies meanwhile ends the request, and this transaction must see it too.
    const seq = this.#known();
    const own = this.#announced?.tx === tx ? this.#announced.seq : undefined;
    const head = own === undefined ? await lockHead(tx, this.#options.dialect) : own - 1;
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
    const subjects = [...this.#runner.subjects(), madeBy];
    const { ending, oldest } = await endingSince(db, { seq, subjects, madeBy });
    // The database was put back, or what happened meanwhile was cleared away: nobody can say that it still may.
    const isUnknown = head < seq || (oldest ?? head + 1) > seq + 1;
    if (ending === undefined && !isUnknown) {
      if (!this.#isOpen) this.#seen = Math.max(this.#seen, head);
      return;
    }
    this.#endedBy ??= ending === undefined ? 'key_revoked' : endedBy(ending);
    throw endedError(this.#endedBy);
  }
}
