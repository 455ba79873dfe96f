import { once } from 'node:events';
import type { ChildProcess } from 'node:child_process';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { makeInstance } from '../../../test/instance.ts';
import type { TestServer } from '../../../test/server.ts';
import { freePort } from '../../../test/traffic/free-ports.ts';
import { TestWorker } from '../../api/jobs/jobs.fixture.ts';
import { Home } from '../cli.fixture.ts';

let home: Home;
let worker: TestWorker;

/** At the address that the client has, also after a restart. */
beforeAll(async () => {
  const port = String(await freePort());
  home = new Home({ KEYWARD_PORT: port });
  const url = `http://127.0.0.1:${port}`;
  const key = await makeInstance(home.env);
  home.env['KEYWARD_API_KEY'] = key;
  await home.json(['up', '--json']);
  const request = async (
    method: string,
    path: string,
    { body, headers }: { body?: unknown; headers?: object },
  ) => {
    const response = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, text, body: text === '' ? '' : JSON.parse(text) };
  };
  worker = new TestWorker({ url, request } as unknown as TestServer, key, 'one');
  await worker.register();
});
afterAll(async () => {
  await home.run(['down']);
  home.remove();
});

const SAID_MAX_MS = 30_000;

/** A command that waits, and what it has said so far. */
class Waiting {
  readonly child: ChildProcess;
  stdout = '';
  stderr = '';
  readonly ended: Promise<unknown[]>;

  constructor(args: string[]) {
    this.child = home.spawn(args);
    this.child.stdin?.end();
    this.child.stdout?.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()));
    this.child.stderr?.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.ended = once(this.child, 'close');
  }

  async until(words: RegExp): Promise<string[]> {
    return [...(await vi.waitUntil(() => words.exec(this.stderr), { timeout: SAID_MAX_MS }))];
  }
}

const SUBMIT = ['client', 'submit', '--prompt', 'x', '--model', 'm', '--output', 'table'];

test('Commands that wait get their results across a restart of the server, and output goes on behind its last piece', async () => {
  await home.json(['agent', 'create', 'w', '--prompt', 'x', '--model', 'm']);
  const following = new Waiting([...SUBMIT, '--follow']);
  await following.until(/job_\w+: waiting/);
  const followed = await worker.take();
  const pieces = (...texts: string[]) => texts.map((text) => ({ text }));
  await worker.chunks(followed, pieces('one ', 'two '), '?from=0');
  await expect.poll(() => following.stdout).toBe('one two ');

  const waiting = [
    new Waiting([...SUBMIT, '--wait']),
    new Waiting([...SUBMIT, '--follow']),
    new Waiting(['agent', 'execute', 'w', '--wait', '--output', 'table']),
  ];
  await Promise.all(waiting.map((one) => one.until(/(job_\w+: waiting|exec_\w+: 0 of 1 step\b)/)));
  await home.json(['down']);
  await Promise.all(waiting.map((one) => one.until(/does not answer, and is asked again/)));
  await home.json(['up', '--json']);

  await worker.chunks(followed, pieces('three'), '?from=2');
  await worker.result(followed);
  for (const _ of waiting) await worker.result(await worker.take(), 'the answer');
  for (const one of [following, ...waiting]) expect(await one.ended).toEqual([0, null]);
  expect(following.stdout).toBe('one two three\n');
  expect(waiting.map(({ stdout }) => stdout)).toEqual(waiting.map(() => 'the answer\n'));
});

test('agent execute --wait says why a step has no worker, and after Ctrl-C that the execution goes on', async () => {
  await home.json(['agent', 'create', 'idle', '--prompt', 'x', '--model', 'nobody-has-it']);
  const waiting = new Waiting(['agent', 'execute', 'idle', '--wait']);
  const [, id] = await waiting.until(/(exec_\w+): 0 of 1 step: main queued \(no worker with model\)/);
  waiting.child.kill('SIGINT');
  expect(await waiting.ended).toEqual([130, null]);
  expect(waiting.stderr).toContain(`${id} goes on.\n  To wait again: keyward agent status ${id} --wait\n`);
});

test('Ctrl-C says that the job goes on, how to wait for it again, and how to end it', async () => {
  for (const flag of ['--wait', '--follow']) {
    const waiting = new Waiting([...SUBMIT, flag]);
    const [, id] = await waiting.until(/(job_\w+): waiting/);
    waiting.child.kill('SIGINT');
    expect(await waiting.ended).toEqual([130, null]);
    expect(waiting.stderr).toContain(
      `${id} goes on.\n  To wait again: keyward client result ${id} --wait\n  To end it: keyward client cancel ${id}\n`,
    );
    expect((await home.json<{ state: string }>(['client', 'status', String(id)])).state).toBe('QUEUED');
  }
});
