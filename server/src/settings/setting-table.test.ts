import { expect, test } from 'vitest';
import { faultOf, readPreferences, SETTINGS, shownPreferences } from './setting-table.ts';
import type { PreferenceGroup, SettingRow } from './setting-table.ts';

const rowOf = (name: string): SettingRow => {
  const row = SETTINGS.find((one) => one.name === name);
  if (row === undefined) throw new Error(`there is no setting ${name}`);
  return row;
};
const keptOf = (name: string, value: unknown, group?: PreferenceGroup): string | null | undefined => {
  const read = readPreferences({ [name]: value }, group);
  return 'changes' in read ? read.changes[name]?.value : undefined;
};

test('Each setting has its own name', () => {
  expect(new Set(SETTINGS.map(({ name }) => name)).size).toBe(SETTINGS.length);
});

test.for([
  ['1', undefined],
  ['0.5', undefined],
  ['0', 'Value must be greater than zero'],
  ['-3', 'Value must be greater than zero'],
  ['', 'Value must be a number'],
  [' ', 'Value must be a number'],
  ['many', 'Value must be a number'],
  ['1\n', 'Value must be one line of text'],
  ['1'.repeat(4_097), 'Value is too long'],
] as const)('A limit of %j is checked with the result %s', ([value, fault]) => {
  expect(faultOf(rowOf('LLMTokenLimit'), value)).toBe(fault);
});

test('A setting without checks is removed with an empty value', () => {
  expect(faultOf(rowOf('LLMModelPref'), '')).toBeUndefined();
});

test.for([
  ['500', '500'],
  [500.9, '500'],
  ['1', '1'],
  ['0', '1000'],
  ['-5', '1000'],
  ['many', '1000'],
  [' ', '1000'],
  [true, '1000'],
  ['1e99', '1000000000'],
  ['', null],
  [null, null],
] as const)('A chunk size of %j is stored as %s', ([value, kept]) => {
  expect(keptOf('text_splitter_chunk_size', value)).toBe(kept);
});

test('An overlap of 0 is stored, and a value that is not a number becomes the usual overlap', () => {
  expect(keptOf('text_splitter_chunk_overlap', 0)).toBe('0');
  expect(keptOf('text_splitter_chunk_overlap', 'x')).toBe('20');
});

test('A footer has at most three links, and none that could run code', () => {
  const urls = [
    'javascript:alert(1)',
    'https://a.example',
    'data:text/html,x',
    'mailto:a@b.example',
    'tel:1',
    'http://b',
  ];
  const kept = keptOf('footer_data', JSON.stringify([null, 7, {}, ...urls.map((url) => ({ url }))]));
  expect((JSON.parse(kept ?? '') as { url: string }[]).map(({ url }) => url)).toEqual([
    'https://a.example',
    'mailto:a@b.example',
    'tel:1',
  ]);
});

test.for(['{', '{}', '"x"', '7'])('A footer that is not a list has no links: %s', (value) => {
  expect(keptOf('footer_data', value)).toBe('[]');
});

test('A preference that is neither text, number nor boolean changes nothing', () => {
  for (const value of [[], {}, undefined]) expect(keptOf('support_email', value)).toBeUndefined();
});

test('A preference that is too long is named, and a prompt may be ten times as long', () => {
  expect(readPreferences({ support_email: 'x'.repeat(10_001) })).toEqual({ tooLong: 'support_email' });
  expect(keptOf('support_email', 'x'.repeat(10_000))).toHaveLength(10_000);
  expect(keptOf('default_system_prompt', 'x'.repeat(100_000))).toHaveLength(100_000);
});

test('A secret is stored sealed, and its mask changes nothing', () => {
  expect(readPreferences({ hub_api_key: 'k' })).toEqual({
    changes: { hub_api_key: { value: 'k', secret: true } },
  });
  expect(keptOf('hub_api_key', '********')).toBeUndefined();
  expect(keptOf('support_email', '********')).toBe('********');
});

test.for(['LLMModelPref', 'toString', '__proto__', 'unknown'])('%s is not a preference', (name) => {
  expect(readPreferences({ [name]: 'x' })).toEqual({ changes: {} });
});

test('Managers read and change only branding', async () => {
  expect(keptOf('custom_app_name', 'x', 'branding')).toBe('x');
  for (const name of ['default_system_prompt', 'text_splitter_chunk_size', 'hub_api_key'])
    expect(keptOf(name, 'x', 'branding')).toBeUndefined();
  const values = new Map([
    ['custom_app_name', 'Ours'],
    ['hub_api_key', 'k'],
  ]);
  const settings = { many: async () => values };
  const names = ['hub_api_key', 'custom_app_name', 'custom_app_name', 'support_email', 'LLMModelPref'];
  expect(await shownPreferences(settings, names, 'branding')).toEqual({
    custom_app_name: 'Ours',
    support_email: null,
  });
  expect(await shownPreferences(settings, names, 'all')).toEqual({
    hub_api_key: true,
    custom_app_name: 'Ours',
    support_email: null,
  });
});
