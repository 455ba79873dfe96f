import type { Caller, NameSelector } from '../../access/index.ts';
import { reservationRefused } from '../../usage/index.ts';
import type { Budgets, Refusal, Reservation, Share, Spend, UsageCounters } from '../../usage/index.ts';
import type { Account } from './account.ts';
import type { Demand } from '../request/estimate.ts';
import type { UsageReport } from './settlement.ts';

/** Where it is kept what was held and what was used. */
export interface UsageBooks {
  budgets: Budgets;
  counters: UsageCounters;
}

/** Whose budgets and models those of a request are. */
export interface Payer {
  caller: Pick<Caller, 'keyId' | 'ownerId' | 'selectors' | 'holders'>;
  /** What the usage report has in the place of the key, where none was sent. */
  countedAs?: string;
  countsItself(): void;
}

/** The account of one request to a model: what is held for it before, and what it took, told once, whatever became of it. */
export class ModelAccount implements Account {
  readonly isBudgeted: boolean;
  readonly countsMoney: boolean;
  readonly #books: UsageBooks;
  readonly #payer: Payer;
  /** In the usage report: 0 where the caller's request counts already. */
  readonly #requests: 0 | 1;
  #reservation: Reservation | undefined;
  /** A model that exists: names made up by callers are no labels. */
  #model: string | undefined;
  #isUnanswered = false;
  #report: UsageReport | undefined;
  #settling: Promise<unknown> | undefined;
  /** Of the same caller's request, asked before. */
  readonly #before: ModelAccount | undefined;
  readonly #isAside: boolean;

  /** @param isAside it is not what the caller's request asks for, such as vectors of a document that is uploaded. */
  constructor(
    books: UsageBooks,
    payer: Payer,
    { before, isAside = false }: { before?: ModelAccount | undefined; isAside?: boolean } = {},
  ) {
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

  /** All keys of an owner are one caller of upstreams. */
  get callerId(): string {
    return this.#payer.caller.ownerId;
  }

  /** When what it took is in the budget. */
  get settled(): Promise<unknown> | undefined {
    return this.#settling;
  }

  /** At once where memory has enough. @throws KeywardError `budget_exceeded` */
  reserve(demand: Demand): Share | Promise<Share> {
    // What the last step took counts for the next one.
    const before = this.#before?.settled;
    return before === undefined ? this.#hold(demand) : before.then(() => this.#hold(demand));
  }

  #hold({ least, most, whole }: Demand): Share | Promise<Share> {
    const { keyId, holders } = this.#payer.caller;
    const keep = (held: Reservation | Refusal): Share => {
      if ('refused' in held) throw reservationRefused(held, keyId);
      this.#reservation = held;
      return held.share;
    };
    const wanted = { least: spendOf(least), most: spendOf(most), whole: spendOf(whole) };
    const held = this.#books.budgets.reserve(holders, wanted);
    return held instanceof Promise ? held.then(keep) : keep(held);
  }

  /** An answer has begun: the usage report counts it when it ends, with what it took. */
  answeredBy(model: string): void {
    this.#model = model;
    if (!this.#isAside) this.#payer.countsItself();
    this.#count();
  }

  /** The request itself is counted at its end, as any other; here only what it took, if anything. */
  notAnswered(): void {
    this.#isUnanswered = true;
    this.#count();
  }

  /** Called once, also before `answeredBy`: a short answer has ended when the call returns. */
  settle(report: UsageReport): void {
    this.#report = report;
    if (this.#reservation !== undefined) {
      const { tokensIn, tokensOut, usdNano } = report;
      const took = { requests: 0, tokens: tokensIn + tokensOut, usdNano, gpuMs: 0 };
      this.#settling = this.#books.budgets.settle(this.#reservation, took);
    }
    this.#count();
  }

  #count(): void {
    if (this.#report === undefined) return;
    const { outcome: code, ...took } = this.#report;
    const { caller, countedAs } = this.#payer;
    const { ownerId } = caller;
    const keyId = countedAs ?? caller.keyId;
    const { counters } = this.#books;
    const requests = this.#requests;
    if (requests + took.tokensIn + took.tokensOut === 0) return;
    if (this.#model !== undefined)
      counters.count({ keyId, ownerId, model: this.#model, code, requests, ...took });
    else if (this.#isUnanswered && took.tokensIn > 0)
      counters.count({ keyId, ownerId, code, requests: 0, ...took });
  }
}

const spendOf = ({ tokens, usdNano }: Demand['least']): Spend => ({ requests: 0, tokens, usdNano, gpuMs: 0 });

/** One account after the other for one request of a caller, who asks once however many requests to models that takes. */
export function accountsOf(
  books: UsageBooks,
  payer: Payer,
  { isAside = false }: { isAside?: boolean } = {},
): () => ModelAccount {
  let before: ModelAccount | undefined;
  return () => (before = new ModelAccount(books, payer, { before, isAside }));
}
