import { describe, expect, test } from 'vitest';
import { KeywardError } from '../base/errors.ts';
import type { Models } from '../models/index.ts';
import { chosenModel } from './default-model.ts';

/** The catalogue with these models; the real one is asked by the tests of the command line. */
const catalogue = (...views: { id: string; owned_by: string }[]): Models =>
  ({
    listModels: async (selector?: { allow: string[] }) =>
      views.filter(({ id }) => selector === undefined || selector.allow.includes(id)),
    findModel: async (name: string) => views.find(({ id }) => id === name),
    isIncomplete: false,
  }) as never;
const MODELS = catalogue({ id: 'a-paid', owned_by: 'openai' }, { id: 'small', owned_by: 'local' });
const at = (path: string, allow?: string[]) => ({
  path,
  selector: allow === undefined ? undefined : { allow, deny: [] },
});

describe('the name of a model in a request', () => {
  test('The name default takes the local model, also where another comes first', async () => {
    expect(await chosenModel(MODELS, 'default', at('/chat/completions'))).toBe('small');
  });

  test('The name default takes only models that the key covers', async () => {
    expect(await chosenModel(MODELS, 'default', at('/chat/completions', ['a-paid']))).toBe('a-paid');
    await expect(chosenModel(MODELS, 'default', at('/messages', ['other']))).rejects.toThrow(KeywardError);
  });

  test('A model of an upstream that is called default is that model', async () => {
    const models = catalogue({ id: 'default', owned_by: 'vllm' }, { id: 'small', owned_by: 'local' });
    expect(await chosenModel(models, 'default', at('/chat/completions'))).toBe('default');
  });

  test('Every other name, and every path that does not chat, keeps its name', async () => {
    expect(await chosenModel(MODELS, 'a-paid', at('/chat/completions'))).toBe('a-paid');
    expect(await chosenModel(MODELS, 'default', at('/embeddings'))).toBe('default');
  });
});
