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

test('Sources of the latest answers complete the passages', async () => {
  const history = [turnWith(source('old')), turnWith(source('new'), source('found'))];
  expect(idsOf(await backfilled([source('found')], history, options))).toEqual(['found', 'new', 'old']);
});

test('Sources complete the passages up to the wanted number, without pinned and whole documents', async () => {
  const { score: _score, ...whole } = source('whole');
  const history = [turnWith(source('a'), source('pinned'), whole, source('b'), source('c'), source('d'))];
  expect(idsOf(await backfilled([source('x')], history, options))).toEqual(['x', 'a', 'b', 'c']);
});

test('Sources of documents that were removed since do not complete the passages', async () => {
  const history = [turnWith(source('removed'), source('a'))];
  expect(idsOf(await backfilled([], history, options))).toEqual(['a']);
});

test('The documents of the workspace are not read if enough passages were found', async () => {
  const unasked = {
    ...options,
    present: () => Promise.reject(new Error('asked')),
  };
  const enough = ['1', '2', '3', '4', '5'].map((id) => source(id));
  expect(await backfilled(enough, [turnWith(source('a'))], unasked)).toEqual(enough);
  expect(await backfilled([], [turnWith()], unasked)).toEqual([]);
});
