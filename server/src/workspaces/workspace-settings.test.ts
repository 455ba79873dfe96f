import { describe, expect, test } from 'vitest';
import { chosenSlug, otherSlugOf, slugOf } from './slug.ts';
import { readSettings } from './workspace-settings.ts';

describe('a setting becomes the nearest allowed value', () => {
  test.for<[string, unknown, unknown]>([
    ['openAiTemp', '0.5', 0.5],
    ['openAiTemp', -1, null],
    ['openAiTemp', 'warm', null],
    ['openAiTemp', '1e400', null],
    ['openAiHistory', -3, 0],
    ['openAiHistory', '7 or so', 7],
    ['openAiHistory', null, 20],
    ['openAiHistory', 1e300, 2_147_483_647],
    ['similarityThreshold', 7, 1],
    ['similarityThreshold', -1, 0],
    ['similarityThreshold', {}, 0.25],
    ['topN', 0, 1],
    ['topN', 2.9, 2],
    ['topN', NaN, 4],
    ['chatMode', 'bogus', 'automatic'],
    ['chatMode', 'query', 'query'],
    ['vectorSearchMode', 'rerank', 'rerank'],
    ['vectorSearchMode', true, 'default'],
    ['chatProvider', 'none', null],
    ['chatProvider', 'openai', 'openai'],
    ['chatModel', 5, null],
    ['agentProvider', 'default', null],
    ['openAiPrompt', '', null],
    ['queryRefusalResponse', ['x'], null],
    ['routerId', 3, 3],
    ['routerId', '7', 7],
    ['routerId', 'x', null],
    ['routerId', 0, null],
    ['name', 5, 'My Workspace'],
    ['name', 'x'.repeat(300), 'x'.repeat(255)],
  ])('the setting %s with %j becomes %j', ([name, value, read]) => {
    expect(readSettings({ [name]: value })).toEqual({ [name]: read });
  });

  test('settings that are not given, or unknown, are left out', () => {
    expect(readSettings({ id: 1, slug: 'x', vectorTag: 'y', unknown: 1 } as object)).toEqual({});
  });

  test('a removed provider removes its model', () => {
    expect(readSettings({ chatProvider: 'default' })).toEqual({ chatProvider: null, chatModel: null });
  });
});

describe('slugs', () => {
  test.for([
    ['My Test: Workspace (1)!', 'my-test-workspace-1-bang'],
    ['a+b', 'a-plus-b'],
    ['me@home', 'me-at-home'],
    ['2*3', '2-splat-3'],
    ['v1.2', 'v1-dot-2'],
    [`it's "so" ~|`, 'its-so'],
    ['Über uns', 'uber-uns'],
    ['../../etc/passwd', 'dot-dot-dot-dot-etcpasswd'],
    ['a?b#c%d', 'abcpercentd'],
  ])('the name %s becomes the slug %s', ([name = '', slug]) => {
    expect(slugOf(name)).toBe(slug);
  });

  test('a second slug of a name has 8 more digits', () => {
    expect(otherSlugOf('Docs')).toMatch(/^docs-\d{8}$/);
  });

  test('a name without a character for a URL gets a random slug', () => {
    expect(slugOf('日本語')).toMatch(/^[0-9a-f-]{36}$/);
    expect(chosenSlug('…')).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('a chosen slug keeps its upper case', () => {
    expect(chosenSlug('My Thread')).toBe('My-Thread');
  });

  test('slugs of a long name are short and different', () => {
    const name = 'x'.repeat(5_000);
    expect(slugOf(name).length).toBeLessThanOrEqual(250);
    expect(otherSlugOf(name)).not.toBe(slugOf(name));
  });
});
