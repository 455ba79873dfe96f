import { afterEach, describe, expect, test, vi } from 'vitest';
import { cell, membersText } from './cell.ts';
import { csvText } from './csv.ts';
import { fields, tableOf, tableText } from './table.ts';
import { displayWidth } from './width.ts';
import { wrapped } from './wrap.ts';

const ID = 'key_4fT9aBcDeF12';
const ITEMS = [
  { id: ID, name: 'a'.repeat(240), at: '2027-01-31T09:00:00.123Z' },
  { id: ID, name: '日本語の名前がここにあります👩‍👩‍👧', at: null },
];
const TABLE = tableOf(ITEMS, fields('id', 'name', 'at'));

afterEach(() => void vi.unstubAllEnvs());

describe('a table', () => {
  test.for([120, 80, 60, 40, 20])('A table for a terminal of %i cells has no longer line', (width) => {
    const lines = tableText(TABLE, width).split('\n');
    expect(lines).toHaveLength(3);
    for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(width);
    expect(lines[1]).toContain('…');
  });

  test('A table cuts no id, a time to its day, and nothing where it is not for a terminal', () => {
    expect(tableText(TABLE, 44)).toContain(ID);
    expect(tableText(TABLE, 44)).toMatch(/ 2027-01-31\n/);
    expect(tableText(TABLE, 60)).toMatch(/ 2027-01-31 \d\d:00\n/);
    expect(tableText(TABLE)).toContain('a'.repeat(240));
  });

  test('A column that has no room to be read is left out and named, and the others are whole', () => {
    const job = { id: ID, state: 'COMPLETED', at: '2027-01-31T09:00:00Z', problem: 'no_worker_with_model' };
    const table = tableOf(
      [{ ...job, type: 'inference', attempt: 1 }],
      fields('id', 'state', 'at', 'problem', 'type', 'attempt'),
    );
    const lines = tableText(table, 60).split('\n');
    expect(lines[1]).toMatch(/^key_4fT9aBcDeF12  COMPLETED  2027-01-31  no_worker/);
    expect(lines.at(-1)).toBe('--output json shows type, attempt too.');
    for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(60);
    expect(tableText(table, 120)).not.toContain('--output');
  });

  test('A table cuts no location of a document and no UUID: they are pasted into the next command', () => {
    const location = 'custom-documents/報告-4c2f9b0e-0000-4000-8000-000000000000.json';
    const uuid = '4c2f9b0e-0000-4000-8000-000000000000';
    const items = [{ location, uuid, name: 'a'.repeat(240) }];
    for (const id of ['location', 'uuid'] as const)
      expect(tableText(tableOf(items, fields(id, 'name')), 80)).toContain(items[0]?.[id]);
  });

  test('The columns of a table begin in the same cell of the terminal in every script', () => {
    const [head, ...rows] = tableText(TABLE, 80).split('\n');
    const begin = displayWidth(head?.split('AT')[0] ?? '');
    for (const row of rows) expect(displayWidth(row.replace(/(2027-01-31 \d\d:\d\d|–)$/, ''))).toBe(begin);
  });

  test('Times of a table are those of the zone in TZ', () => {
    vi.stubEnv('TZ', 'Asia/Kolkata');
    expect(cell('2027-01-31T20:00:00Z')).toBe('2027-02-01 01:30');
    vi.stubEnv('TZ', 'America/Sao_Paulo');
    expect(cell('2027-01-31T01:00:00.000Z')).toBe('2027-01-30 22:00');
    expect(cell('seen 2027-01-31T01:00:00Z')).toBe('seen 2027-01-31T01:00:00Z');
  });
});

describe('a cell', () => {
  test.for<[unknown, string]>([
    [
      { models: { allow: ['openai/*'], deny: [] }, ips: [], workers: { owners: [] } },
      'models allow openai/*',
    ],
    [{ id: 'own_1', name: 'Ada' }, 'Ada (own_1)'],
    [[{ name: 'minute', requests: 60, window_seconds: 60 }], 'minute: 60/minute'],
    [[{ name: 'ten', requests: 6, window_seconds: 10 }], 'ten: 6/10s'],
    [
      [
        { name: 'burst', concurrent: 4 },
        { name: 'q', max_queued: 9 },
      ],
      'burst: 4/concurrent; q: 9/queued',
    ],
    [[{ name: 'd', unit: 'usd', amount: '2', used: '0.10', period: 'day' }], 'd: 0.10 of 2 usd/day'],
    [{ database: { ready: true, detail: null } }, 'database ready yes'],
    [{ team: 'search', size: 3 }, 'team search, size 3'],
    [['a', 'b'], 'a, b'],
    [{ allow: [], deny: [] }, '–'],
    [[], '–'],
    ['', '–'],
    [0, '0'],
    [false, 'no'],
  ])('%j is shown as %s', ([value, text]) => {
    expect(cell(value)).toBe(text);
  });

  test('A name cannot command the terminal: control characters and changes of direction are escaped', () => {
    expect(cell('a\u001b[2Jb\nc')).toBe(String.raw`a\u001b[2Jb\nc`);
    expect(cell('invoice\u202Efdp.exe')).toBe(String.raw`invoice\u202efdp.exe`);
  });

  test('An object among the members of a result is a block without its empty members', () => {
    const key = { id: ID, selectors: { models: { allow: ['gpt-4*'] }, ips: [] }, tags: [] };
    expect(membersText(key)).toBe(`id         ${ID}\nselectors\n  models  allow gpt-4*\ntags       –`);
  });
});

describe('a help', () => {
  const LINE = `  --limit=<limit>    ${'60/minute, 1000/1d, 4/concurrent; '.repeat(5)}repeatable`;

  test.for([100, 80, 60])('The lines of a help fit %i cells, and its columns stay columns', (width) => {
    const text = wrapped(`${LINE}\n\n${'A sentence of some words. '.repeat(9)}`, width);
    const lines = text.split('\n');
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
    expect(lines[1]).toMatch(/^ {21}\S/);
    expect(text.replaceAll(/\s+/g, ' ')).toContain(LINE.replaceAll(/\s+/g, ' '));
    expect(wrapped('\u001b[1m--all\u001b[0m', 5)).toBe('\u001b[1m--all\u001b[0m');
  });
});

describe('CSV', () => {
  test('CSV is RFC 4180 with whole values, and keeps times as the server has them', () => {
    const table = tableOf(
      [{ id: ID, name: 'a "b", c\nd', at: '2027-01-31T09:00:00.123Z', tags: ['x', 'y'], count: -3 }],
      fields('id', 'name', 'at', 'tags', 'count'),
    );
    expect(csvText(table)).toBe(
      `id,name,at,tags,count\r\n${ID},"a ""b"", c\nd",2027-01-31T09:00:00.123Z,"x, y",-3\r\n`,
    );
  });

  test.for(['=1+1', '+1', '-1+cmd', '@SUM(A1)', '\t=1'])(
    'A spreadsheet runs no formula that somebody chose as a name: %j',
    (name) => {
      const [, row] = csvText(tableOf([{ name }], fields('name'))).split('\r\n');
      expect(row).toBe(`'${name}`);
    },
  );
});
