import { KeywardError } from '../base/errors.ts';
import { similar } from '../base/nearest.ts';

/* Why a request to a model by a name that is in no list is refused. */

/** @param known the models that the caller may use */
export function noSuchModel(model: string, known: readonly string[]): KeywardError {
  const [meant] = similar(model, known);
  return new KeywardError('model_not_found', `The model ${shown(model)} does not exist.`, {
    hint:
      known.length === 0
        ? 'No models are configured yet. Add an upstream: keyward upstreams add.'
        : `${meant === undefined ? '' : `Did you mean ${meant}? `}GET /v1/models lists all models.`,
  });
}

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
