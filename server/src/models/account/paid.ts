import type { Account } from './account.ts';
import type { Answer } from '../answer/answer.ts';
import { demandOf, type EstimateRequest, type OpenOutput } from '../request/estimate.ts';
import type { ForwardRequest } from '../forward.ts';
import { refuseHidden } from '../request/hidden-members.ts';
import { formFields } from '../request/model-form.ts';
import type { Models } from '../models.ts';
import type { UsageReport } from './settlement.ts';

/** What is to be asked, before it is: the account is checked for it and holds it. */
export interface Wanted extends EstimateRequest {
  /** As the caller named it, plain or `upstream/name`. */
  model: string;
  /** The model is the server's choice and not the caller's: the key's model selector is not asked. */
  isServersChoice?: boolean;
}

/** A request for the model and path that the account holds for. */
export type Sent = Pick<ForwardRequest, 'body' | 'parsed' | 'contentType' | 'headers' | 'signal' | 'permit'>;

/** @throws KeywardError as `Models.forward`. */
export type Send = (request: Sent) => Promise<Answer>;

/**
 * The one way to a model: checks the model selector and that money can be counted, reserves, lets `work` send as often as it
 * needs to, and settles once, after the last answer has ended, whatever happened to it. No other file calls
 * `Models.forward`: architecture.test.ts.
 * @throws KeywardError `model_not_found`, `forbidden_resource`, `model_unpriced`, `budget_exceeded`, `invalid_input` for
 *   amounts that cannot be reserved and for what could run something else; then nothing was sent. Also what `work` throws.
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
  const tab = new Tab(account);
  const { callerId } = account;
  const send: Send = (request) =>
    tab.run((onUsage) =>
      models.forward({ ...request, path, model, selector, pricedFor, callerId, openOutput, onUsage }, routes),
    );
  try {
    const result = await work(send);
    tab.close({ isDone: true });
    return result;
  } catch (error) {
    tab.close({ isDone: false });
    throw error;
  }
}

/** The same for a single request. */
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
 * Adds up what several requests took, and tells it when the last of them has: some may outlive the work that they were for.
 * Work that failed was not answered, whatever single requests were.
 */
class Tab {
  readonly #account: Account;
  #open = 1;
  #state: 'running' | 'done' | 'failed' = 'running';
  #model: string | undefined;
  #isTold = false;
  #sum: UsageReport = { outcome: 'ok', tokensIn: 0, tokensOut: 0, estimated: false, usdNano: 0 };

  constructor(account: Account) {
    this.#account = account;
  }

  async run(forward: (onUsage: (report: UsageReport) => void) => Promise<Answer>): Promise<Answer> {
    // Two ends: of the call, which says whether there is an answer, and of the answer. Either may come first.
    this.#open += 2;
    try {
      const answer = await forward((report) => this.#add(report));
      this.#model ??= answer.model;
      this.#tellAnswered();
      return answer;
    } finally {
      this.#end();
    }
  }

  /** Nothing more is sent. */
  close({ isDone }: { isDone: boolean }): void {
    this.#state = isDone ? 'done' : 'failed';
    this.#tellAnswered();
    this.#end();
  }

  #tellAnswered(): void {
    if (this.#state !== 'done' || this.#model === undefined || this.#isTold) return;
    this.#isTold = true;
    this.#account.answeredBy(this.#model);
  }

  #add(report: UsageReport): void {
    const { outcome, tokensIn, tokensOut, estimated, usdNano } = this.#sum;
    this.#sum = {
      outcome: outcome === 'ok' ? report.outcome : outcome,
      tokensIn: tokensIn + report.tokensIn,
      tokensOut: tokensOut + report.tokensOut,
      estimated: estimated || report.estimated,
      usdNano: usdNano + report.usdNano,
    };
    this.#end();
  }

  #end(): void {
    if (--this.#open > 0) return;
    if (!this.#isTold) this.#account.notAnswered();
    this.#account.settle(this.#sum);
  }
}
