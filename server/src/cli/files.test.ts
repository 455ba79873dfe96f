import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chatAnswer, json, startTestUpstream } from '../../test/upstream.ts';
import { NODE_ARGUMENTS } from '../../test/processes/node-arguments.ts';
import { KEYWARD, startServer, type Home } from './cli.fixture.ts';
import type { Command } from './command.ts';
import { root } from './root.ts';

/** Arguments whose words name a file, and that take the path of one only. */
const PATHS_ONLY: Record<string, string> = {
  'serve --log-file': 'is opened anew when it grows; stderr is the default',
  'documents add PATH': 'the path is what a document is known by',
  'documents sync --allow-empty': 'is no path',
  'bootstrap * --file': 'its folder is where the places of keys begin; it is read again',
  'bootstrap import FILES': 'is rewritten',
  'bootstrap receive --file': 'has mode 0600; --stdout prints instead',
  'bootstrap receive --ca-file': 'is read by the client of TLS',
};

interface FileArg {
  words: string[];
  name: string;
  type: string | undefined;
  takes: 'input' | 'output' | undefined;
  description: string;
  /** Other required arguments. */
  others: number;
  label: string;
}

async function argsOf(command: Command, words: string[] = []): Promise<FileArg[]> {
  const inner = await Promise.all(
    Object.entries(command.commands ?? {}).map(([word, one]) => argsOf(one, [...words, word])),
  );
  const { args = {} } = (await command.load?.()) ?? {};
  const places = Object.entries(args).filter(
    ([, { type, ...arg }]) => type === 'positional' && (arg.required || args['file']?.type === type),
  );
  const own = Object.entries(args).map(([name, arg]): FileArg => {
    const { type, takes } = arg as FileArg;
    const description = arg.description ?? '';
    const shown = type === 'positional' ? name.toUpperCase() : `--${name}`;
    const others = places.filter(([other]) => other !== name).length;
    return { words, name, type, takes, description, others, label: `${words.join(' ')} ${shown}` };
  });
  return [...own, ...inner.flat()];
}

const ALL = await argsOf(root);
const INPUTS = ALL.filter(({ takes }) => takes === 'input');
const OUTPUTS = ALL.filter(({ takes }) => takes === 'output');

let home: Home;
let stop: (() => Promise<void>) | undefined;
beforeAll(async () => {
  const server = await startServer();
  ({ home } = server);
  const upstream = await startTestUpstream();
  upstream.answer(json(chatAnswer()));
  stop = async () => {
    await server.stop();
    await upstream.close();
  };
  await home.json(['upstreams', 'add', 'up', upstream.baseUrl]);
  writeFileSync(join(home.folder, 'some.json'), '{}');
}, 60_000);
afterAll(() => stop?.());

/** With this value for the argument. */
const commandOf = ({ words, name, type, others }: FileArg, value: string): string[] => [
  ...words,
  ...Array.from({ length: others }, () => 'some.json'),
  ...(type === 'positional' ? [value] : [`--${name}`, value]),
];

test('Each argument that names a file takes - for stdin or stdout, and its help says so', () => {
  const named = ALL.filter(
    ({ description, type }) => type !== 'boolean' && /\b(file|PEM|backup)\b|^The manifest/i.test(description),
  );
  const exceptions = Object.keys(PATHS_ONLY).map((label) => label.replace('*', '[\\w-]+'));
  const isException = ({ label }: FileArg): boolean =>
    exceptions.some((label_) => new RegExp(`^${label_}$`).test(label));
  expect(
    named.filter((arg) => arg.takes === undefined && !isException(arg)).map(({ label }) => label),
  ).toEqual([]);
  for (const { description } of INPUTS) expect(description).toMatch(/; - reads stdin$/);
  for (const { description } of OUTPUTS) expect(description).toMatch(/; - writes to stdout$/);
  expect([INPUTS.length, OUTPUTS.length]).toEqual([9, 4]);
});

test.for(INPUTS.filter(({ words }) => words[0] !== 'restore'))(
  '$label says of a file that is missing what is allowed, and takes no folder',
  async (arg) => {
    for (const [path, why] of [
      ['missing.json', 'there is no such file'],
      ['.', 'it is a folder'],
    ] as const) {
      const { code, stdout, stderr } = await home.run(commandOf(arg, path));
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toContain(`${path} cannot be read: ${why}.`);
      expect(stderr).toContain('Name a file, or - for stdin.');
    }
  },
);

test.for(INPUTS.filter(({ words }) => words[0] !== 'restore'))(
  '$label reads stdin for -, and refuses a second use of it',
  async (arg) => {
    const { code, stderr } = await home.run(commandOf(arg, '-'), { stdin: 'cut off' });
    expect(code).toBeGreaterThan(0);
    expect(stderr).not.toMatch(/cannot be read|no such file|ENOENT/);
    const takesKey = ALL.some(({ words, name }) => words === arg.words && name === 'key-stdin');
    const second = takesKey ? ['--key-stdin'] : ['--public-key', '-'];
    const twice = await home.run([...commandOf(arg, '-'), ...second], { stdin: 'x' });
    expect([twice.code, twice.stderr]).toEqual([2, expect.stringContaining('stdin can be read once')]);
  },
);

test('Output that cannot be written is said, and a reader that has ended is no error', async () => {
  const run = (line: string) =>
    spawnSync('bash', ['--norc', '-c', `set -o pipefail; ${line}`], {
      env: { PATH: process.env['PATH'], KEYWARD, ...home.env },
      encoding: 'utf8',
    });
  const full = run('"$KEYWARD" keys list > /dev/full');
  expect([full.status, full.stderr]).toEqual([1, 'keyward: The output cannot be written: ENOSPC.\n']);
  const closed = run('"$KEYWARD" endpoints --output table | head -1');
  expect([closed.status, closed.stderr]).toEqual([0, '']);
});

test('Requests come from stdin as NDJSON or CSV, results go to stdout, and a repeat goes on with the same batch', async () => {
  const submit = ['client', 'batch-submit', '-', '--model', 'gpt-test'];
  for (const [stdin, ids] of [
    ['{"prompt":"one"}\n{"custom_id":"b","prompt":"two"}\n', ['line-1', 'b']],
    ['custom_id,prompt\na,one\n', ['a']],
    ['"prompt"\n"one, two"\n', ['line-2']],
  ] as const) {
    const ended = await home.run([...submit, '--output-file', '-'], { stdin });
    expect([ended.code, ended.stderr]).toEqual([0, expect.stringContaining('completed')]);
    const lines = ended.stdout.trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { custom_id: string }).custom_id)).toEqual(ids);
  }
  const stdin = '{"prompt":"again"}\n';
  const first = await home.json<{ id: string }>([...submit, '--no-wait'], { stdin });
  const again = await home.run([...submit, '--no-wait'], { stdin });
  expect([(JSON.parse(again.stdout) as { id: string }).id, again.stderr]).toEqual([
    first.id,
    expect.stringContaining('which was submitted before'),
  ]);
});

test.for([
  [
    'within a line',
    '{"prompt":"one"}\n{"prompt":"tw',
    'Line 2 of the input: is not a JSON object, or is cut off',
  ],
  [
    'within a quote',
    'prompt\none\n"tw',
    'Line 3 of the input: its quote is not closed: the input may be cut off',
  ],
  ['within a row', 'prompt,model\none,m\ntw', 'Line 3 of the input: it has 1 cells'],
  ['before its first line', '', 'The input: it has no request'],
] as const)('Requests from stdin that end %s are refused, and nothing is sent', async ([, stdin, says]) => {
  const batches = join(home.configDir, 'batches');
  const ended = await home.run(['client', 'batch-submit', '-', '--model', 'm', '--no-wait', '--anew'], {
    stdin,
  });
  expect([ended.code, ended.stdout]).toEqual([2, '']);
  expect(ended.stderr).toContain(says);
  expect(ended.stderr).toContain('Nothing was sent');
  expect(existsSync(batches)).toBe(true);
});

test('A file that no command read in the end is no warning of Node', () => {
  const script = `import { openInput } from ${JSON.stringify(new URL('files.ts', import.meta.url).href)};
    for (const path of ['.', 'some.json']) await openInput({}, path).catch(() => undefined);
    await new Promise(setImmediate);
    gc();
    await new Promise((resolve) => setTimeout(resolve, 100));`;
  const { status, stderr } = spawnSync(
    process.execPath,
    [...NODE_ARGUMENTS, '--expose-gc', '--input-type=module', '--eval', script],
    { cwd: home.folder, encoding: 'utf8' },
  );
  expect([status, stderr]).toEqual([0, '']);
});
