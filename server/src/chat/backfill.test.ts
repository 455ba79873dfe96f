import { expect, test } from 'vitest';
import { backfilled, identityOf } from './backfill.ts';
import type { Source } from './message.ts';

const source = (id: string, more: Source = {}): Source => ({ id, text: id, score: 0.5, title: id, ...more });
const turnWith = (...sources: Source[]) => ({ prompt: 'q', text: 'a', sources, attachments: [] });
const options = {
  wanted: 4,
  pinned: new Set([identityOf({ title: 'pinned' })]),
  present: async () =>
    new Set(['a', 'b', 'c', 'd', 'old', 'new', 'found'].map((title) => identityOf({ title }))),
};
const idsOf = (sources: readonly Source[]) => sources.map(({ id }) => id);

test('sources of the latest answers fill up what is found', async () => {
  const history = [turnWith(source('old')), turnWith(source('new'), source('found'))];
  expect(idsOf(await backfilled([source('found')], history, options))).toEqual(['found', 'new', 'old']);
});

test('up to so many; not what is pinned, and not what was a whole document', async () => {
  const { score: _score, ...whole } = source('whole');
  const history = [turnWith(source('a'), source('pinned'), whole, source('b'), source('c'), source('d'))];
  expect(idsOf(await backfilled([source('x')], history, options))).toEqual(['x', 'a', 'b', 'c']);
});

test('not what was taken out since', async () => {
  const history = [turnWith(source('removed'), source('a'))];
  expect(idsOf(await backfilled([], history, options))).toEqual(['a']);
});

test('nobody asks which documents there are where nothing is missing', async () => {
  const unasked = {
    ...options,
    present: () => Promise.reject(new Error('asked')),
  };
  const enough = ['1', '2', '3', '4', '5'].map((id) => source(id));
  expect(await backfilled(enough, [turnWith(source('a'))], unasked)).toEqual(enough);
  expect(await backfilled([], [turnWith()], unasked)).toEqual([]);
});
