import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { startAnythingllm, type AnythingllmContainer } from '../../../test/anythingllm-container.ts';
import { CAN_RUN_DOCKER, startDocker, type Docker } from '../../../test/docker.ts';
import { Home } from '../cli.fixture.ts';

const ps = async () => (await promisify(execFile)('ps', ['-eww', '-o', 'args'])).stdout;
let number = 0;

describe.skipIf(!CAN_RUN_DOCKER)('keyward bootstrap with a key made in a container (needs root)', () => {
  let docker: Docker;
  let llm: AnythingllmContainer;
  beforeAll(async () => {
    docker = await startDocker();
    llm = await startAnythingllm(docker, 'anythingllm');
  });
  afterAll(() => docker.remove());

  function stack(container = 'anythingllm') {
    const home = new Home();
    const id = `cli-${++number}`;
    onTestFinished(() => {
      llm.fail({});
      rmSync(home.folder, { recursive: true, force: true });
    });
    const manifest = `version: 1
sinks: { files: { type: files, directory: secrets } }
services:
  anythingllm: { url: '${llm.url}', ready: { path: /api/ping, timeout_seconds: 5 } }
keys:
  ${id}:
    phase: derived
    service: anythingllm
    sources: [{ mint: { type: anythingllm-exec, docker: '\${DOCKER_HOST}', container: ${container} } }]
    store: [{ sink: files, name: app }]
`;
    writeFileSync(join(home.folder, 'keyward.bootstrap.yaml'), manifest);
    const env = { DOCKER_HOST: docker.address };
    const run = (...args: string[]) => home.run(['bootstrap', ...args], { env });
    const start = (...args: string[]) => home.spawn(['bootstrap', ...args], env);
    const stored = () => readFileSync(join(home.folder, 'secrets/app'), 'utf8');
    const keys = () => llm.keys(`keyward:${id}:`);
    return { home, id, run, start, stored, keys };
  }

  test('the key of a run that was killed in the middle of the command is taken by the next run, once the command has ended', async () => {
    const { id, run, start, keys, stored } = stack();
    llm.fail({ createMs: 4_000 });
    const child = start('apply');
    const ended = once(child, 'exit');
    await expect.poll(keys, { interval: 20 }).toHaveLength(1);
    child.kill('SIGKILL');
    await ended;
    llm.fail({});
    const processes = () => docker.cli('top', 'anythingllm', '-eww', '-o', 'pid,args');
    expect(await processes()).toContain(`mint keyward:${id}:`);
    expect((await run('apply')).code).toBe(0);
    expect(await processes()).not.toContain(`keyward:${id}:`);
    expect(keys().map(({ secret }) => secret)).toEqual([stored()]);
  });

  test('the key is in no output, argument, event, log or description of the engine, and in no file beside the sink', async () => {
    const { run, stored, home, keys } = stack();
    const since = String(Math.floor(Date.now() / 1000) - 1);
    llm.fail({ createMs: 2_000 });
    const first = run('apply', '--output', 'table');
    await expect.poll(keys, { interval: 20 }).toHaveLength(1);
    const seen = [await ps(), await docker.cli('inspect', 'anythingllm')];
    expect(seen[0]).toContain('mint keyward:');
    for (const { code, stdout, stderr } of [await first, await run('status'), await run('gc')]) {
      expect(code).toBe(0);
      seen.push(stdout, stderr);
    }
    const until = String(Math.ceil(Date.now() / 1000));
    seen.push(await docker.cli('events', '--since', since, '--until', until));
    seen.push(await docker.cli('logs', 'anythingllm'), await docker.cli('inspect', 'anythingllm'));
    for (const entry of readdirSync(home.folder, { withFileTypes: true, recursive: true }))
      if (entry.isFile() && entry.name !== 'app')
        seen.push(readFileSync(join(entry.parentPath, entry.name), 'utf8'));
    expect(seen.join('\n')).toContain('exec_start: node -e');
    expect(seen.join('\n')).not.toContain(stored().slice(0, 15));
  });

  test('a container that is missing ends the run with 7, and the error says the next step', async () => {
    const { run, keys } = stack('absent');
    expect(await run('apply')).toMatchObject({
      code: 7,
      stderr: expect.stringContaining(
        'The container absent does not exist. Start it, or correct container in the manifest.',
      ),
    });
    expect(keys()).toEqual([]);
  });
});
