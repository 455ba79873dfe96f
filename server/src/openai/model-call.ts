import type { TObject, TSchema } from 'typebox';
import { invalidField } from '../base/errors.ts';
import { ModelForm, paidOnce, ModelAccount, type RequestBody } from '../models/index.ts';
import type { Answer, Call } from '../http/index.ts';
import type { Services } from './services.ts';

export const MODEL_NAME_MAX_LENGTH = 300;

type ModelRequest = Call<TObject, TObject, TSchema, 'models:use'>;

/** Sends a request on to its model. @param path below `/v1`, such as `/chat/completions`. */
export async function callModel(services: Services, call: ModelRequest, path: string): Promise<Answer> {
  const { bytes, headers, leaving, form, run } = call;
  const parsed = call.body as RequestBody | undefined;
  const model = checkedModel(
    form === undefined ? parsed?.model : form.find(({ name }) => name === 'model')?.value,
  );
  const body = form === undefined ? bytes : new ModelForm(form.filter(({ name }) => name !== 'model'));
  const passed = await paidOnce(services.models, new ModelAccount(services, call), {
    path,
    model,
    body,
    parsed,
    contentType: Buffer.isBuffer(body) ? 'application/json' : body.contentType,
    headers,
    signal: leaving,
    permit: run,
  });
  return { passed };
}

function checkedModel(model: unknown): string {
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
