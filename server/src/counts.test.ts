import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { counted } from './cli/count-text.ts';
import { counted as countedOnPages } from '../../console/src/page/count-text.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** They say things to people. */
const FOLDERS = ['console/src', 'server/src/cli'];

const NOUNS = [
  'arguments?|attempts?|batch(?:es)?|budgets?|changes|chats?|checkpoints?|child(?:ren)?|chunks?|days?|documents?',
  'entr(?:y|ies)|errors?|executions?|files?|folders?|hours?|invites?|items?|jobs?|keys?|limits?|lines?|links?|machines?',
  'members?|minutes?|models?|nodes?|owners?|pages?|parts?|passages?|people|persons?|plans?|process(?:es)?|questions?',
  'records?|requests?|rows?|scopes?|secrets?|services?|sessions?|sources?|stacks?|steps?|tasks?|things?|threads?|times?',
  'tokens?|upstreams?|users?|visitors?|warnings?|words?|workers?|workflows?|workspaces?',
].join('|');
const BETWEEN = '(?: (?:active|added|further|more|new|old|other|running|same|signed|waiting))?';
/** A value, then a noun; a constant in capitals has one form for ever. */
const BY_HAND = new RegExp(
  String.raw`\$?\{(?![A-Z_]+[.}])[^{};]*\}${BETWEEN} (?:${NOUNS})\b(?![=\w:'])`,
  'g',
);
/** A choice between two texts by a number. */
const CHOSEN = /[!=]== 1 ?\? ?['`]/g;
/** Words around them that no number stands for: names of things, and `a day` in the place of `1 day`. */
const ALLOWED = [
  // A role is no number.
  'Number of ${role} keys',
  "count === 1 ? 'a day'",
  "leases === 1 ? 'the job'",
  // A column of users has 0 or 1.
  "suspended === 1 ? 'suspended'",
  // The noun of a command, then its verb.
  'nouns.length === 1 ? `${nouns[0]} ${word}`',
];

/** Where a text of a source puts a number before a noun by itself. */
function countsIn(source: string): string[] {
  const text = source.replaceAll("{' '}", ' ').replaceAll(/\s+/g, ' ');
  return [BY_HAND, CHOSEN].flatMap((pattern) =>
    [...text.matchAll(pattern)]
      .map(({ 0: found, index }) => text.slice(Math.max(0, index - 30), index + found.length + 20))
      .filter((found) => !ALLOWED.some((allowed) => found.includes(allowed)) && !found.includes('import {')),
  );
}

test('the console and the command line put a number before a noun in one way, which knows one from several', () => {
  const places = FOLDERS.flatMap((folder) =>
    globSync('**/*.{ts,tsx}', { cwd: ROOT + folder })
      .filter((name) => !/\.(test|fixture)\.ts$/.test(name))
      .flatMap((name) =>
        countsIn(readFileSync(`${ROOT}${folder}/${name}`, 'utf8')).map(
          (place) => `${folder}/${name}: ${place}`,
        ),
      ),
  );
  expect(places).toEqual([]);
});

test.each([
  '`${count} requests`',
  '<Text>{members.length} members have answered</Text>',
  "{missing} {missing === 1 ? 'node' : 'nodes'}",
  '<>{a}\n  more keys</>',
])('the rule finds a count that is made by hand: %s', (source) => {
  expect(countsIn(source)).not.toEqual([]);
});

test('a count of one has the singular, and large numbers are grouped on pages', () => {
  for (const say of [counted, countedOnPages]) {
    expect([say(1, 'request'), say(0, 'request')]).toEqual(['1 request', '0 requests']);
    expect([say(1, 'process', 'processes'), say(2, 'process', 'processes')]).toEqual([
      '1 process',
      '2 processes',
    ]);
  }
  expect(countedOnPages(2000, 'key')).toMatch(/^2\D000 keys$/);
});
