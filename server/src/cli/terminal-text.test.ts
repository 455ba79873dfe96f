import { Writable } from 'node:stream';
import { parse } from 'yaml';
import { expect, test } from 'vitest';
import type { Context } from './command.ts';
import { say, write, type Io } from './io.ts';
import { print } from './output.ts';

/** What the program writes to a terminal, or to a file. */
class Screen extends Writable {
  text = '';
  readonly isTTY: boolean;

  constructor(isTTY: boolean) {
    super({ decodeStrings: false });
    this.isTTY = isTTY;
  }

  override _write(piece: string | Buffer, _encoding: string, done: () => void): void {
    this.text += piece.toString();
    done();
  }
}

const screens = (isTTY: boolean): { io: Io; stdout: Screen; stderr: Screen } => {
  const [stdout, stderr] = [new Screen(isTTY), new Screen(isTTY)];
  return { io: { stdin: process.stdin, interrupted: AbortSignal.abort(), stdout, stderr }, stdout, stderr };
};

/** Sets the title of the window, erases it, moves up, and turns the direction of the text. */
const HOSTILE = 'a\u001b]0;title\u0007\u009b2J\u007f\rb\u202ec\u0085d';
const OBEYED = /[^\P{Cc}\t\n\r]|\r(?!\n)|\u202e/u;
const VALUE = { items: [{ [`key ${HOSTILE}`]: HOSTILE, lines: 'one\ntwo\tthree' }] };

test('The output and the errors of a foreign worker reach a terminal as text, which it does not obey', async () => {
  const { io, stdout, stderr } = screens(true);
  await write(io, `${HOSTILE}\nüber 日本語 👩‍👩‍👧\tend\n`);
  say(io, `FAILED: ${HOSTILE}`);
  for (const text of [stdout.text, stderr.text]) expect(text).not.toMatch(OBEYED);
  expect(stdout.text).toBe(
    'a\\u001b]0;title\\u0007\\u009b2J\\u007f\\rb\\u202ec\\u0085d\nüber 日本語 👩‍👩‍👧\tend\n',
  );
});

test('In a file or a pipe the output is as the worker wrote it', async () => {
  const { io, stdout } = screens(false);
  await write(io, HOSTILE);
  expect(stdout.text).toBe(HOSTILE);
});

const parsers = {
  json: (text: string): unknown => JSON.parse(text),
  yaml: (text: string): unknown => parse(text),
};

test.for(['json', 'yaml'] as const)('A name is the same in %s, and no terminal obeys it', async (form) => {
  const { io, stdout } = screens(true);
  await print({ io } as Context, { output: form }, { value: VALUE });
  expect(stdout.text).not.toMatch(OBEYED);
  expect(parsers[form](stdout.text)).toEqual(VALUE);
});

test('YAML in a file has no control character, for which parsers refuse all of it', async () => {
  const { io, stdout } = screens(false);
  await print({ io } as Context, { output: 'yaml' }, { value: VALUE });
  expect(stdout.text).not.toMatch(OBEYED);
  expect(parse(stdout.text)).toEqual(VALUE);
});

test('A list as CSV on a terminal has nothing that it obeys', async () => {
  const { io, stdout } = screens(true);
  const table = { headings: ['NAME'], rows: [[HOSTILE]] };
  await print({ io } as Context, { output: 'csv' }, { value: [], table: () => table });
  expect(stdout.text).not.toMatch(OBEYED);
  expect(stdout.text).toMatch(/^NAME\r\n.*\r\n$/);
});

test.for(['no', 'yes', 'on', '1_000', '12:30:45', '2027-01-31', '0o17', '1e3', '~'])(
  'The text %s is a text for readers of YAML 1.1 too',
  async (text) => {
    const { io, stdout } = screens(false);
    await print({ io } as Context, { output: 'yaml' }, { value: { name: text } });
    expect(parse(stdout.text, { version: '1.1' })).toEqual({ name: text });
    expect(parse(stdout.text)).toEqual({ name: text });
  },
);
