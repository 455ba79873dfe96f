import { invalidField } from '../../base/errors.ts';
import type { Account } from './account.ts';
import type { Answer } from '../answer/answer.ts';
import { demandOf, type EstimateRequest, type OpenOutput } from '../request/estimate.ts';
import type { Destination, ForwardRequest } from '../forward.ts';
import { isResponses, isStoring, STORED_RESPONSE } from '../request/paths.ts';
import { referencesIn } from '../responses/references.ts';
import type { FoundResponse } from '../responses/stored-responses.ts';
import type { Route } from '../upstreams/catalogue.ts';
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
  const usable = isResponses(path) ? await routesTo(models, account, { wanted, routes }) : routes;
  let openOutput: OpenOutput | undefined;
  if (account.isBudgeted) {
    const demand = demandOf(usable, wanted);
    const held = account.reserve(demand);
    openOutput = demand.outputAt(held instanceof Promise ? await held : held);
  }
  const sum = new UsageSum(account);
  const { callerId, submitter } = account;
  const stores = storesOf(account, wanted);
  const send: Send = (request) =>
    sum.run((onUsage) =>
      models.forward(
        { ...request, path, model, selector, pricedFor, callerId, submitter, stores, openOutput, onUsage },
        usable,
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

/**
 * The routes to the upstream that has what the request refers to.
 * @throws KeywardError `not_found`, `invalid_input`
 */
async function routesTo(
  models: Models,
  account: Account,
  { wanted, routes }: { wanted: Wanted; routes: Route[] },
): Promise<Route[]> {
  const references = referencesIn(wanted.parsed ?? {});
  if (references.length === 0) return routes;
  const upstreams = await models.responses.upstreamsOf(account, references);
  const same = routes.filter(({ target }) => upstreams.every(({ id }) => id === target.id));
  if (same.length > 0) return same;
  const names = upstreams.map(({ name }) => name).join(' and ');
  throw invalidField(
    'model',
    `must be a model of the upstream that has what the request refers to, which is at ${names}`,
    'Or send the conversation in input.',
  );
}

function storesOf(
  { callerId, submitter }: Account,
  { path, parsed }: Wanted,
): ForwardRequest['stores'] | undefined {
  if (!isStoring(path) || parsed?.store === false) return undefined;
  const isBackground = parsed?.background === true;
  return { ownerId: callerId, keyId: submitter?.keyId ?? '', isBackground };
}

/** About a response that is stored at an upstream. */
type AboutStored = Pick<ForwardRequest, 'headers' | 'signal' | 'permit'> & { to: Destination };

/**
 * Sends a request about a stored response to its upstream, which charges for none. The usage of a background response is counted
 * with the first answer that has it: when it was created it was not known. A key with a budget cannot create one.
 */
export async function askStored(
  models: Models,
  account: Account,
  { found, request }: { found: FoundResponse; request: AboutStored },
): Promise<Answer> {
  const isRead = request.to.method === 'GET';
  const { stored, route } = found;
  const sum = new UsageSum(account);
  const { callerId, selector } = account;
  const { owner_id: ownerId, key_id: keyId, id: known } = stored;
  // The output of a background response is seen here first.
  const stores = isRead ? { ownerId, keyId, isBackground: false, known } : undefined;
  const about = { path: STORED_RESPONSE, body: NO_BODY, contentType: undefined, model: stored.model, stores };
  const isFirst = (report: UsageReport) =>
    report.tokensOut > 0 ? models.responses.countsNow(stored) : Promise.resolve(false);
  try {
    const answer = await sum.run((settle) => {
      const onUsage = (report: UsageReport): void =>
        void isFirst(report).then((counts) =>
          settle(counts ? report : { ...NO_USAGE, outcome: report.outcome }),
        );
      return models.forward({ ...request, ...about, callerId, selector, onUsage }, [route]);
    });
    sum.close({ isDone: true });
    return answer;
  } catch (error) {
    sum.close({ isDone: false });
    throw error;
  }
}

const NO_BODY: Buffer = Buffer.alloc(0);

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
