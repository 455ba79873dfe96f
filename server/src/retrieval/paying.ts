import type { NameSelector } from '../access/index.ts';
import type { Account, UsageReport } from '../models/index.ts';

/** On whose account texts become vectors. */
export interface Payer {
  /** A new one for each question and each document. */
  account(): Account;
  /** Of its key; left out: whatever the server embeds with may be used. */
  selector?: NameSelector;
}

/** Called for each request to the model; what it gives back hears, once, what that request took. */
export type NewRequest = () => (report: UsageReport) => void;

const ANY_MODEL: NameSelector = { allow: [], deny: [] };

/**
 * Does a piece of work that asks the embedding model, in however many requests, on one account. Nobody's, where there
 * is no payer: what the server does on its own.
 * @param what.bytes of all texts.
 * @throws KeywardError `budget_exceeded`; `forbidden_resource`, of the model
 */
export async function paid<T>(
  payer: Payer | undefined,
  { model, bytes }: { model: string; bytes: number },
  work: (request: NewRequest) => Promise<T>,
): Promise<T> {
  if (payer === undefined) return work(() => () => undefined);
  const { selector = ANY_MODEL } = payer;
  const account = payer.account();
  await account.reserve({ path: '/embeddings', model, parsed: { model }, bytes, selector });
  const bill = new Bill(account);
  try {
    const result = await work(bill.request);
    account.answeredBy(model);
    return result;
  } catch (error) {
    account.notAnswered();
    throw error;
  } finally {
    bill.close();
  }
}

/** Adds up what several requests took, and tells it when the last of them has: some may outlive the work that they were for. */
class Bill {
  readonly #account: Account;
  #open = 1;
  #sum: UsageReport = { outcome: 'ok', tokensIn: 0, tokensOut: 0, estimated: false, usdNano: 0 };

  constructor(account: Account) {
    this.#account = account;
  }

  readonly request: NewRequest = () => {
    this.#open++;
    return (report) => {
      const { outcome, tokensIn, tokensOut, estimated, usdNano } = this.#sum;
      this.#sum = {
        outcome: outcome === 'ok' ? report.outcome : outcome,
        tokensIn: tokensIn + report.tokensIn,
        tokensOut: tokensOut + report.tokensOut,
        estimated: estimated || report.estimated,
        usdNano: usdNano + report.usdNano,
      };
      this.close();
    };
  };

  close(): void {
    if (--this.#open === 0) this.#account.settle(this.#sum);
  }
}
