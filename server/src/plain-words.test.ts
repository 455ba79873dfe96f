import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

/*
 * A ratchet: each number is the most that there may be, and may only fall. If you remove some, lower the number;
 * if you need one more, write the sentence in another way (CONTRIBUTING.md, "Plain words").
 */

const WORDS_MAX = 40;
const COLUMNS_MAX = 100;

const root = fileURLToPath(new URL('../..', import.meta.url));
const THIS_FILE = 'server/src/plain-words.test.ts';

interface File {
  path: string;
  source: string;
}

const tracked: File[] = execFileSync('git', ['ls-files', '-z', '*.ts', '*.md'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\0')
  .filter((path) => path !== '' && path !== THIS_FILE && existsSync(root + path))
  .map((path) => ({ path, source: readFileSync(root + path, 'utf8') }));

const documents = tracked.filter(({ path }) => path.endsWith('.md'));
const code = tracked.filter(({ path }) => path.endsWith('.ts') && !path.includes('/generated/'));

/** Places of a pattern, as `path:line`. */
function placesOf(pattern: RegExp, files: File[]): string[] {
  return files.flatMap(({ path, source }) =>
    source.split('\n').flatMap((line, i) => (pattern.test(line) ? [`${path}:${i + 1}`] : [])),
  );
}

/** What a reader reads line by line: no blocks of code, and no rows of tables, which cannot be broken. */
const prose = ({ path, source }: File): File => ({
  path,
  source: source
    .replaceAll(/^ *```[\s\S]*?^ *```$/gm, (block) => block.replaceAll(/[^\n]/g, ''))
    .replaceAll(/^\|.*$/gm, ''),
});

/** Sentences of prose, list items and cells of tables; a colon or a semicolon ends one as well. */
function sentencesOf(source: string): string[] {
  const withoutCode = source.replaceAll(/^ *```[\s\S]*?^ *```$/gm, '').replaceAll(/`[^`]*`/g, 'X');
  return withoutCode
    .split(/\n\s*\n|\n(?=\s*(?:[-*]|\d+\.) )|\n(?=[|#])|\|/)
    .flatMap((block) => block.replaceAll(/\]\([^)]*\)/g, ']').split(/(?<=[.!?:;])\**\s+/));
}

const wordsIn = (sentence: string): number => sentence.split(/\s+/).filter((word) => /\w/.test(word)).length;

const longIn = ({ path, source }: File): string[] =>
  sentencesOf(source)
    .filter((sentence) => wordsIn(sentence) > WORDS_MAX)
    .map((sentence) => `${path}: ${sentence}`);

const BEGINS_WITH_A_CLAUSE = /(?:^|[.!] )(?:What|Who|Whoever|Whose) (?![^.!]*\?)/;
const TELLS_NO_CONTENT =
  /(?:^|-)(?!embed$)(?:[a-z]+ed|told|brought|begun|wish|wishes|course|rooms|standing|arrival)$/;

describe('documents', () => {
  test(`documents have no sentence of more than ${WORDS_MAX} words`, () => {
    expect(documents.flatMap(longIn)).toEqual([]);
  });

  test('no sentence of a document has a clause with What or Who as its subject', () => {
    const others = documents.filter(({ path }) => path !== 'CHANGELOG.md');
    expect(placesOf(BEGINS_WITH_A_CLAUSE, others.map(prose))).toEqual([]);
  });

  test(`lines of prose end at ${COLUMNS_MAX} columns`, () => {
    const long = documents
      .map(prose)
      .flatMap(({ path, source }) =>
        source.split('\n').flatMap((line, i) => (line.length > COLUMNS_MAX ? [`${path}:${i + 1}`] : [])),
      );
    expect(long).toEqual([]);
  });

  test('this test sees a long sentence, a clause as a subject, and reads no code', () => {
    const long = `${'word '.repeat(WORDS_MAX)}end.`;
    expect(sentencesOf(`A short one. ${long}`).map(wordsIn)).toEqual([3, WORDS_MAX + 1]);
    expect(sentencesOf(`\`\`\`sh\n${long}\n\`\`\``).map(wordsIn)).toEqual([0]);
    const clauses = ['Whoever owns it can read it.', 'It ends. Who asks is told.', 'Who may read it?'];
    expect(clauses.map((line) => BEGINS_WITH_A_CLAUSE.test(line))).toEqual([true, true, false]);
  });
});

describe('code', () => {
  test.for<[what: string, pattern: RegExp]>([
    ['whoever', /\bwhoever\b/i],
    ['is none', /\bis none\b/i],
    ['is not taken', /\bis not taken\b/i],
    ['of a form', /\bof a (?:wrong )?form that\b/i],
    ['twice is fine', /\btwice is fine\b/i],
    ['clothes', /\bclothes\b/i],
  ])('no line of code, no error and no test name says "%s"', ([, pattern]) => {
    expect(placesOf(pattern, code)).toEqual([]);
  });

  test('no type is named by a participle or a metaphor', () => {
    const declared = /\b(?:class|interface|type) (?:Told|Brought|Wish|Course|Leave|Rooms|Standing|Arrival)\b/;
    expect(placesOf(declared, code)).toEqual([]);
  });

  test('no more files are named by a participle or a metaphor than before', () => {
    const most = 4;
    const names = code.map(({ path }) => path).filter((path) => !/\.(?:test|fixture)\.ts$/.test(path));
    const found = names.filter((path) => TELLS_NO_CONTENT.test(basename(path, '.ts')));
    expect(found.slice(most)).toEqual([]);
  });
});
