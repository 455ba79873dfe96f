import { expect, test } from 'vitest';
import { readSettings } from './embed.ts';

test.for<[string, unknown, unknown]>([
  ['enabled', true, true],
  ['enabled', 'true', false],
  ['enabled', 1, false],
  ['chatMode', 'chat', 'chat'],
  ['chatMode', 'automatic', 'query'],
  ['allowModelOverride', true, true],
  ['allowPromptOverride', 'yes', false],
  ['maxChatsPerDay', 100, 100],
  ['maxChatsPerDay', '10', 10],
  ['maxChatsPerDay', 2.9, 2],
  ['maxChatsPerDay', 0.5, 1],
  ['maxChatsPerDay', 0, null],
  ['maxChatsPerDay', -5, null],
  ['maxChatsPerSession', 'many', null],
  ['maxChatsPerSession', null, null],
  ['maxChatsPerSession', Infinity, 1_000_000_000],
  ['messageLimit', {}, null],
  ['allowlist', '', null],
  ['allowlist', ['example.com'], ['https://example.com']],
])('the setting %s of a widget with %j becomes %j', ([name, value, read]) => {
  expect(readSettings({ [name]: value })).toEqual({ [name]: read });
});

test('settings of a widget that are not given, or unknown, are left out', () => {
  expect(readSettings({ enabled: undefined, uuid: 'x', payerKeyId: 'key_1' } as object)).toEqual({});
});
