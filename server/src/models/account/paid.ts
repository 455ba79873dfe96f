import type { Account } from './account.ts';
import type { Answer } from '../answer/answer.ts';
import { demandOf, type EstimateRequest, type OpenOutput } from '../request/estimate.ts';
import type { ForwardRequest } from '../forward.ts';
import { refuseHidden } from '../request/hidden-members.ts';
import { formFields } from '../request/model-form.ts';
import type { Models } from '../models.ts';
import { NO_USAGE, summed, type UsageReport } from './settlement.ts';

/** A request that the account is checked and reserved for. */
export interface Wanted extends EstimateRequest {
  /** As the caller named it, plain or `upstream/name`. */
  model: string;
  /** The server chose the model: the key's model selector is not checked. */
  isServersChoice?: boolean;
}

/** A request for the model and path that the account holds for. */
export type Sent = Pick<
  ForwardRequest,
  'body' | 'parsed' | 'contentType' | 'headers' | 'signal' | 'permit' | 'queueing'
>;

/** @throws KeywardError as `Models.forward`. */
export type Send = (request: Sent) => Promise<Answer>;

/**
 * The only way to a model: checks the model selector and the price, reserves, lets `work` send any number of times, and settles
 * once, after the last answer has ended. No other file calls `Models.forward`: architecture.test.ts.
 * @throws KeywardError before anything is sent: `model_not_found`, `forbidden_resource`, `model_unpriced`, `budget_exceeded`,
 *   `budget_too_small`, `invalid_input` for amounts that cannot be reserved and for members that could run something else. Also what `work` throws.
 */
export async function paid<T>(
  models: Models,
  account: Account,
  wanted: Wanted,
  work: (send: Send) => T | Promise<T>,
): Promise<T> {
  const { path, model, isServersChoice = false } = wanted;
  const selector = isServersChoice ? undefined : account.selector;
  const pricedFor = account.countsMoney ? path : undefined;
  const routes = await models.resolve(model, selector, pricedFor);
  refuseHidden(account, wanted, routes);
  let openOutput: OpenOutput | undefined;
  if (account.isBudgeted) {
    const demand = demandOf(routes, wanted);
    const held = account.reserve(demand);
    openOutput = demand.outputAt(held instanceof Promise ? await held : held);
  }
  const sum = new UsageSum(account);
  const { callerId, submitter } = account;
  const send: Send = (request) =>
    sum.run((onUsage) =>
      models.forward(
        { ...request, path, model, selector, pricedFor, callerId, submitter, openOutput, onUsage },
        routes,
      ),
    );
  try {
    const result = await work(send);
    sum.close({ isDone: true });
    return result;
  } catch (error) {
    sum.close({ isDone: false });
    throw error;
  }
}

/** `paid` for a single request. */
export function paidOnce(
  models: Models,
  account: Account,
  request: Sent & Pick<Wanted, 'path' | 'model' | 'isServersChoice'>,
): Promise<Answer> {
  const { body } = request;
  const wanted = { ...request, form: formFields(body), bytes: body.length };
  return paid(models, account, wanted, (send) => send(request));
}

/**
 * Sums the usage of several requests and settles when the last of them has ended: some may outlive the work that they were for.
 * Work that failed counts as not answered.
 */
class UsageSum {
  readonly #account: Account;
  #open = 1;
  #state: 'running' | 'done' | 'failed' = 'running';
  #model: string | undefined;
  #isReported = false;
  #sum = NO_USAGE;

  constructor(account: Account) {
    this.#account = account;
  }

  async run(forward: (onUsage: (report: UsageReport) => void) => Promise<Answer>): Promise<Answer> {
    // Two ends: of the call, which says whether there is an answer, and of the answer. Either may come first.
    this.#open += 2;
    try {
      const answer = await forward((report) => {
        this.#sum = summed(this.#sum, report);
        this.#end();
      });
      this.#model ??= answer.model;
      this.#reportAnswer();
      return answer;
    } finally {
      this.#end();
    }
  }

  close({ isDone }: { isDone: boolean }): void {
    this.#state = isDone ? 'done' : 'failed';
    this.#reportAnswer();
    this.#end();
  }

  #reportAnswer(): void {
    if (this.#state !== 'done' || this.#model === undefined || this.#isReported) return;
    this.#isReported = true;
    this.#account.answeredBy(this.#model);
  }

  #end(): void {
    if (--this.#open > 0) return;
    if (!this.#isReported) this.#account.notAnswered();
    this.#account.settle(this.#sum);
  }
}
