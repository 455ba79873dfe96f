import type { ServerResponse } from 'node:http';
import type { TObject, TSchema } from 'typebox';
import { invalidField } from '../base/errors.ts';
import type { Answer as ModelAnswer, ForwardRequest, JsonObject, UsageReport } from '../models/index.ts';
import type { Reservation } from '../usage/index.ts';
import { budgetExceeded } from './admission.ts';
import { multipartField } from './multipart.ts';
import type { Answer, Call } from './route.ts';
import type { Services } from './services.ts';

export const MODEL_NAME_MAX_LENGTH = 300;

type ModelRequest = Call<TObject, TObject, TSchema, 'models:use'>;

/** Sends a request on to its model. @param path below `/v1`, such as `/chat/completions`. */
export async function callModel(services: Services, call: ModelRequest, path: string): Promise<Answer> {
  const { caller, bytes, headers, signal } = call;
  const contentType = headers['content-type'] ?? 'application/json';
  const parsed = call.body as JsonObject | undefined;
  const model = modelOf(parsed, bytes, contentType);
  const account = new Account(services, call);
  await account.reserve({ path, model, parsed, bytes: bytes.length });
  const answer = await forwarded(services, account, {
    path,
    model,
    body: bytes,
    ...(parsed === undefined ? {} : { parsed }),
    contentType,
    headers,
    signal,
    selector: caller.selectors.models,
    onUsage: (usage) => account.settle(usage),
  });
  return { stream: (response) => pass(answer, response) };
}

async function forwarded(
  { models }: Services,
  account: Account,
  request: ForwardRequest,
): Promise<ModelAnswer> {
  try {
    const answer = await models.forward(request);
    account.answeredBy(answer.model);
    return answer;
  } catch (error) {
    account.notAnswered();
    throw error;
  }
}

/** What this server says of a request (its id, its limits) goes before what an upstream calls by the same name. */
function pass(answer: ModelAnswer, response: ServerResponse): Promise<void> {
  for (const name of response.getHeaderNames()) delete answer.headers[name];
  return answer.sendTo(response);
}

function modelOf(parsed: JsonObject | undefined, bytes: Buffer, contentType: string): string {
  const model = parsed === undefined ? multipartField(bytes, contentType, 'model') : parsed['model'];
  if (typeof model !== 'string' || model === '') {
    throw invalidField(
      'model',
      model === undefined ? 'is missing' : 'must be the name of a model',
      'GET /v1/models lists them.',
    );
  }
  if (model.length > MODEL_NAME_MAX_LENGTH) throw invalidField('model', 'is too long');
  return model;
}

/** The account of one request: what is held for it before, and what it took, told once, whatever became of it. */
class Account {
  readonly #services: Services;
  readonly #call: ModelRequest;
  #reservation: Reservation | undefined;
  /** A model that exists: names made up by callers are no labels. */
  #model: string | undefined;
  #isUnanswered = false;
  #report: UsageReport | undefined;

  constructor(services: Services, call: ModelRequest) {
    this.#services = services;
    this.#call = call;
  }

  /** @throws KeywardError `budget_exceeded`; `model_not_found`, `forbidden_resource` where there is a budget. */
  async reserve(request: {
    path: string;
    model: string;
    parsed: JsonObject | undefined;
    bytes: number;
  }): Promise<void> {
    const { models, budgets, clock } = this.#services;
    const { keyId, selectors, budgets: all } = this.#call.caller;
    const concerned = all.filter(({ unit }) => unit !== 'requests');
    if (concerned.length === 0) return;
    const { tokens, usdNano } = await models.estimate({ ...request, selector: selectors.models });
    const held = await budgets.reserve(keyId, concerned, { requests: 0, tokens, usdNano, gpuMs: 0 });
    if ('refused' in held) throw budgetExceeded(clock, held.refused);
    this.#reservation = held;
  }

  /** An answer has begun: the usage report counts it when it ends, with what it took. */
  answeredBy(model: string): void {
    this.#model = model;
    this.#call.countsItself();
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
      void this.#services.budgets.settle(this.#reservation, took);
    }
    this.#count();
  }

  #count(): void {
    if (this.#report === undefined) return;
    const { outcome: code, ...took } = this.#report;
    const { keyId, ownerId } = this.#call.caller;
    const { counters } = this.#services;
    if (this.#model !== undefined) counters.count({ keyId, ownerId, model: this.#model, code, ...took });
    else if (this.#isUnanswered && took.tokensIn > 0)
      counters.count({ keyId, ownerId, code, requests: 0, ...took });
  }
}
