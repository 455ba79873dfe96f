import type { Caller, NameSelector } from '../../access/index.ts';
import { reservationRefused } from '../../usage/index.ts';
import type { Budgets, Refusal, Reservation, Share, Spend, UsageCounters } from '../../usage/index.ts';
import type { Account } from './account.ts';
import type { Demand } from '../request/estimate.ts';
import type { Submitter } from '../upstreams/remote-models.ts';
import type { UsageReport } from './settlement.ts';

export interface UsageBooks {
  budgets: Budgets;
  counters: UsageCounters;
}

/** The caller whose budgets and models count for a request. */
export interface Payer {
  caller: Pick<Caller, 'keyId' | 'ownerId' | 'selectors' | 'holders'>;
  /** Stands for the key in the usage report where no key was sent. */
  countedAs?: string;
  countsItself(): void;
}

interface Options {
  /** The account of the request to a model before this one, for the same request of the caller. */
  before?: ModelAccount | undefined;
  /** Not what the caller asks for, such as the vectors of a document that is uploaded. */
  isAside?: boolean;
}

/** The account of one request to a model: its reservation and its settlement. */
export class ModelAccount implements Account {
  readonly isBudgeted: boolean;
  readonly countsMoney: boolean;
  readonly #books: UsageBooks;
  readonly #payer: Payer;
  /** In the usage report: 0 where the caller's request counts already. */
  readonly #requests: 0 | 1;
  readonly #before: ModelAccount | undefined;
  readonly #isAside: boolean;
  #reservation: Reservation | undefined;
  /** A model that exists: names made up by callers must not become labels. */
  #model: string | undefined;
  #isUnanswered = false;
  #report: UsageReport | undefined;
  /** Resolves when the budgets are settled. */
  settling: Promise<unknown> | undefined;

  constructor(books: UsageBooks, payer: Payer, { before, isAside = false }: Options = {}) {
    const { holders } = payer.caller;
    this.isBudgeted = holders.some(({ budgets }) => budgets.some(({ unit }) => unit !== 'requests'));
    this.countsMoney = holders.some(({ budgets }) => budgets.some(({ unit }) => unit === 'usd'));
    this.#books = books;
    this.#payer = payer;
    this.#requests = before === undefined && !isAside ? 1 : 0;
    this.#before = before;
    this.#isAside = isAside;
  }

  get selector(): NameSelector {
    return this.#payer.caller.selectors.models;
  }

  /** A key: a session has none that a job could be submitted with. */
  get submitter(): Submitter | undefined {
    const { caller } = this.#payer;
    return caller.keyId.startsWith('key_') ? caller : undefined;
  }

  get callerId(): string {
    return this.#payer.caller.ownerId;
  }

  reserve(demand: Demand): Share | Promise<Share> {
    const before = this.#before;
    // The usage of the request before must be in the budgets first.
    if (before?.settling !== undefined) return before.settling.then(() => this.#hold(demand));
    return this.#hold(demand);
  }

  #hold({ least, enough, most, whole, input, bound }: Demand): Share | Promise<Share> {
    const { keyId, holders } = this.#payer.caller;
    const keep = (held: Reservation | Refusal): Share => {
      if ('refused' in held) throw reservationRefused(held, keyId, bound);
      this.#reservation = held;
      return held.share;
    };
    const wanted = {
      least: spendOf(least),
      enough: spendOf(enough),
      most: spendOf(most),
      whole: spendOf(whole),
      input: input && spendOf(input),
    };
    const held = this.#books.budgets.reserve(holders, wanted);
    return held instanceof Promise ? held.then(keep) : keep(held);
  }

  answeredBy(model: string): void {
    this.#model = model;
    if (!this.#isAside) this.#payer.countsItself();
    this.#count();
  }

  /** The caller's request is counted at its end, as any other; here only its tokens. */
  notAnswered(): void {
    this.#isUnanswered = true;
    this.#count();
  }

  settle(report: UsageReport): void {
    this.#report = report;
    if (this.#reservation !== undefined) {
      const { tokensIn, tokensOut, usdNano, gpuMs = 0 } = report;
      const took = { requests: 0, tokens: tokensIn + tokensOut, usdNano, gpuMs };
      this.settling = this.#books.budgets.settle(this.#reservation, took);
    }
    this.#count();
  }

  #count(): void {
    if (this.#report === undefined) return;
    const { outcome: code, ...took } = this.#report;
    const { caller, countedAs = caller.keyId } = this.#payer;
    const use = { keyId: countedAs, ownerId: caller.ownerId, code, ...took };
    const { counters } = this.#books;
    const requests = this.#requests;
    const used = took.tokensIn + (took.gpuMs ?? 0);
    if (requests + used + took.tokensOut === 0) return;
    if (this.#model !== undefined) counters.count({ ...use, model: this.#model, requests });
    else if (this.#isUnanswered && used > 0) counters.count({ ...use, requests: 0 });
  }
}

const spendOf = (estimate: Demand['least']): Spend => ({ requests: 0, ...estimate });

/** @returns an account for each request to a model that one request of a caller takes. They count as one request. */
export function accountsOf(
  books: UsageBooks,
  payer: Payer,
  options: Pick<Options, 'isAside'> = {},
): () => ModelAccount {
  let before: ModelAccount | undefined;
  return () => (before = new ModelAccount(books, payer, { ...options, before }));
}
