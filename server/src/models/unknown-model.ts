import { KeywardError } from '../base/errors.ts';

/* Why a request to a model by a name that is in no list is refused. */

/** @param near the most similar name that the caller may use; empty: no model is. */
export const noSuchModel = (model: string, near: string): KeywardError =>
  new KeywardError('model_not_found', `The model ${shown(model)} does not exist.`, {
    hint:
      near === ''
        ? 'No models are configured yet. Add an upstream: keyward upstreams add.'
        : `Did you mean ${near}? GET /v1/models lists all models.`,
  });

/** Not `model_not_found`: clients would remember that. */
export function notYetKnown(model: string): KeywardError {
  return new KeywardError(
    'upstream_unavailable',
    `Keyward does not know yet whether the model ${shown(model)} exists.`,
    {
      status: 503,
      hint: 'An upstream that may have it was not reached yet. Try again in a few seconds. GET /v1/models lists the known models.',
      headers: { 'retry-after': '5' },
    },
  );
}

export const noWorker = (model: string): KeywardError =>
  new KeywardError('upstream_unavailable', `No worker with the model ${shown(model)} is online.`, {
    status: 503,
    hint: 'Try again when one is. GET /v1/models lists the models that can be used now.',
    headers: { 'retry-after': '5' },
  });

export const shown = (model: string): string => JSON.stringify(model.slice(0, 100));
