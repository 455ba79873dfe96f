import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer, type Home } from './cli.fixture.ts';
import { leavesOf } from './command.ts';
import { helpText } from './help.ts';
import { root } from './root.ts';

const ALL = leavesOf(root);
/** The commands that drive jobs. */
const JOBS = ALL.filter(({ words }) =>
  ['client', 'miner', 'marketplace', 'agent', 'swarm'].includes(words[0] ?? ''),
);

let home: Home;
let stop: (() => Promise<void>) | undefined;
beforeAll(async () => {
  const server = await startServer();
  ({ home } = server);
  stop = () => server.stop();
}, 60_000);
afterAll(() => stop?.());

describe('the help of all commands', () => {
  const names = ALL.map(({ words }) => words.join(' ')).filter((name) => name.includes(' '));
  const unnamed = new RegExp(String.raw`(?<!keyward )\b(${names.join('|')})\b`);

  test('A command that a help names can be pasted: it begins with keyward', async () => {
    const texts = new Set<string>();
    for (const { command } of ALL) {
      const { notes = '', whenEmpty = '', args = {} } = (await command.load?.()) ?? {};
      for (const text of [
        notes,
        whenEmpty,
        ...Object.values(args).map(({ description = '' }) => description),
      ])
        if (unnamed.test(text)) texts.add(text);
    }
    expect([...texts]).toEqual([]);
  });

  test('A help says what each flag is for, and speaks of no part of a request', async () => {
    for (const { command, words } of ALL) {
      expect(command.summary).not.toMatch(/\b(the body|the query|the path|header)\b/);
      const text = await helpText(command, words, { isColoured: false, width: undefined });
      expect(text.match(/^ +(-\w, )?--[\w-]+(=\S+)? *$/gm)).toBeNull();
    }
  });
});

describe('a list of a command', { timeout: 60_000 }, () => {
  const lists = JOBS.filter(({ words }) =>
    /^(list|history|tasks|executions|batch-list)$/.test(words.at(-1) ?? ''),
  );
  lists.push(...JOBS.filter(({ words }) => words.join(' ') === 'miner status'));

  test.for(lists)(
    '$words has items and next_cursor, and says the next step where it is empty',
    async ({ words }) => {
      const json = await home.run([...words, '--json']);
      expect([json.code, json.stderr]).toEqual([0, '']);
      expect(JSON.parse(json.stdout)).toMatchObject({ items: [], next_cursor: null });
      const table = await home.run([...words, '-o', 'table']);
      expect([table.code, table.stdout]).toEqual([0, '(none)\n']);
      expect(table.stderr).toMatch(/keyward [a-z]+ [a-z]/);
    },
  );

  test('The lists are those of jobs, batches, workflows, executions, swarms, tasks, GPUs and workers', () => {
    expect(lists).toHaveLength(8);
  });
});

describe('a job', { timeout: 60_000 }, () => {
  interface Job {
    job_id: string;
    max_attempts: number;
    metadata: object;
  }

  test('client submit takes each member of a job, and says how to get its result', async () => {
    const job = ['--prompt', 'x', '--max-attempts', '2', '--recovery', 'fail', '--metadata', '{"a":1}'];
    const later = ['--not-before', '2099-01-31T09:00:00Z', '--webhook-url', 'https://example.org/hook'];
    const ended = await home.run(['client', 'submit', ...job, ...later]);
    const made = JSON.parse(ended.stdout) as Job;
    expect(made).toMatchObject({ max_attempts: 2, metadata: { a: 1 } });
    expect(ended.stderr).toContain(`keyward client result ${made.job_id} --wait`);
    for (const [flag, text, says] of [
      ['--max-attempts', '0', '--max-attempts must be a whole number from 1 to 20'],
      ['--recovery', 'never', 'Expected one of: restart, fail'],
      ['--metadata', '[]', '--metadata must be a JSON object'],
      ['--not-before', 'soon', '--not-before: must be'],
      ['--webhook-url', 'nowhere', '--webhook-url: must be'],
    ] as const) {
      const refused = await home.run(['client', 'submit', '--prompt', 'x', flag, text]);
      expect([refused.code, refused.stdout, refused.stderr]).toEqual([2, '', expect.stringContaining(says)]);
    }
  });

  test('client history lists the jobs of a time', async () => {
    const { job_id: id } = await home.json<Job>(['client', 'submit', '--prompt', 'x']);
    const since = await home.json<{ items: Job[] }>(['client', 'history', '--from', '1h']);
    expect(since.items.map((job) => job.job_id)).toContain(id);
    expect(await home.json(['client', 'history', '--to', '1h'])).toMatchObject({ items: [] });
    const { code, stderr } = await home.run(['client', 'history', '--from', 'then']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('--from must be a time such as')]);
  });
});

describe('an id of the wrong form', { timeout: 60_000 }, () => {
  const byId = [...JOBS, ...ALL.filter(({ words }) => words.join(' ') === 'admin job')].filter(
    ({ command }) =>
      command.routes?.some(({ path }) => /\/(jobs|batches|executions)\/\{id\}/.test(path)) === true,
  );

  test.for(byId)('$words says the form that an id has', async ({ words }) => {
    const { code, stdout, stderr } = await home.run([...words, 'nope']);
    expect([code, stdout]).toEqual([5, '']);
    expect(stderr).toMatch(
      /There is no [\s\S]*The id must be (job|batch|exec)_ and .*, such as (job|batch|exec)_/,
    );
  });
});
