import type { ServerResponse } from 'node:http';
import type { TObject, TSchema } from 'typebox';
import { invalidField } from '../base/errors.ts';
import { paidOnce } from '../models/index.ts';
import type { Answer as ModelAnswer, JsonObject } from '../models/index.ts';
import { ModelAccount } from './model-account.ts';
import { multipartField } from './multipart.ts';
import type { Answer, Call } from './route.ts';
import type { Services } from './services.ts';

export const MODEL_NAME_MAX_LENGTH = 300;

type ModelRequest = Call<TObject, TObject, TSchema, 'models:use'>;

/** Sends a request on to its model. @param path below `/v1`, such as `/chat/completions`. */
export async function callModel(services: Services, call: ModelRequest, path: string): Promise<Answer> {
  const { bytes, headers, signal } = call;
  const contentType = headers['content-type'] ?? 'application/json';
  const parsed = call.body as JsonObject | undefined;
  const form = parsed === undefined ? formOf(bytes, contentType) : undefined;
  const answer = await paidOnce(services.models, new ModelAccount(services, call), {
    path,
    model: modelOf(parsed ?? form),
    body: bytes,
    bytes: bytes.length,
    parsed,
    form,
    contentType,
    headers,
    signal,
  });
  return { stream: (response) => pass(answer, response) };
}

/** What this server says of a request (its id, its limits) goes before what an upstream calls by the same name. */
function pass(answer: ModelAnswer, response: ServerResponse): Promise<void> {
  for (const name of response.getHeaderNames()) delete answer.headers[name];
  return answer.sendTo(response);
}

/** What a form says beside its files, as far as it matters here. */
function formOf(bytes: Buffer, contentType: string): JsonObject {
  const field = (name: string): string | undefined => multipartField(bytes, contentType, name);
  const n = field('n');
  const fields = {
    model: field('model'),
    prompt: field('prompt'),
    // Forms know no numbers. A text that is no plain one is refused where a budget must hold it.
    n: n !== undefined && /^\d{1,9}$/.test(n) ? Number(n) : n,
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function modelOf(fields: JsonObject | undefined): string {
  const model = fields?.['model'];
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
