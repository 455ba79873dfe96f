import { invalidField } from '../base/errors.ts';
import type { Constraints } from './spec.ts';

type Json = Record<string, unknown>;

/** What a client sends: `payload`, or the short form with its members beside the others. */
export interface PayloadInput {
  payload?: Json | undefined;
  prompt?: string | undefined;
  messages?: readonly unknown[] | undefined;
  model?: string | undefined;
  constraints?: Constraints | undefined;
}

const MODEL_NAME_MAX_LENGTH = 300;

/**
 * The payload as workers get it: `prompt` alone becomes messages, and a model that only the constraints name is named.
 * @returns it with the models that may do the job.
 * @throws KeywardError `invalid_input`
 */
export function normalised(input: PayloadInput): { payload: Json; constraints: Constraints } {
  const { constraints = {} } = input;
  const payload = withMessages(payloadOf(input));
  const model = modelIn(payload);
  const models = constraints.models ?? [];
  if (model !== undefined && models.length > 0 && !models.includes(model))
    throw invalidField(
      'constraints.models',
      'must include the model of the payload',
      'Name the model in one of the two places.',
    );
  if (model !== undefined) return { payload, constraints: { ...constraints, models: [model] } };
  const [first] = models;
  return {
    payload: first === undefined || models.length > 1 ? payload : { ...payload, model: first },
    constraints,
  };
}

function payloadOf({ payload, prompt, messages, model }: PayloadInput): Json {
  const short = { prompt, messages, model };
  const given = Object.entries(short).filter(([, value]) => value !== undefined);
  if (payload === undefined) {
    if (prompt === undefined && messages === undefined)
      throw invalidField(
        'payload',
        'is missing',
        'Send {"prompt": "…"}, {"messages": […]} or {"payload": {…}}.',
      );
    return Object.fromEntries(given);
  }
  const both = given.find(([name]) => name !== 'model' || payload['model'] !== undefined);
  if (both !== undefined)
    throw invalidField(both[0], 'must stand in payload, or without payload', 'Send one of the two forms.');
  return { ...payload, ...(model !== undefined && { model }) };
}

function withMessages({ prompt, ...rest }: Json): Json {
  if (typeof prompt !== 'string' || rest['messages'] !== undefined || rest['endpoint'] !== undefined)
    return prompt === undefined ? rest : { prompt, ...rest };
  return { messages: [{ role: 'user', content: prompt }], ...rest };
}

function modelIn({ model }: Json): string | undefined {
  if (model === undefined) return undefined;
  if (typeof model === 'string' && model !== '' && model.length <= MODEL_NAME_MAX_LENGTH) return model;
  throw invalidField('payload.model', `must be a text of 1 to ${MODEL_NAME_MAX_LENGTH} characters`);
}
