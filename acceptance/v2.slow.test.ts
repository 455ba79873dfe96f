import { once } from 'node:events';
import { existsSync, readdirSync, utimesSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { afterwards } from './server.ts';
import { COMMAND_TIMEOUT_MS, V2 } from './v2.ts';

describe('make v2-up', { timeout: 2 * COMMAND_TIMEOUT_MS }, () => {
  let v2: V2;
  beforeAll(async () => {
    v2 = await V2.onFreePorts();
  });

  test('A run that is killed at any step is completed by the next one', async () => {
    await v2.killedFirstStart();
    for (const after of ['v2 in', 'OpenBao ', 'static keys', 'service ', 'derived keys'])
      await v2.endedUp(after, 'SIGKILL');
    const { code, stdout, stderr } = await v2.run('up');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('answers {"workspaces":{"totalCount":0}}');
  });

  test('The smoke test of the running stack passes', async () => {
    const { code, stdout, stderr } = await v2.run('smoke');
    expect(stdout + stderr).toMatch(/\d+ checks passed, 0 failed/);
    expect(stdout).toContain('bootstrap rotate replaces it while queries run: no request fails');
    expect([code, stderr]).toEqual([0, '']);
  });

  test('A second run writes nothing and starts nothing, also without a network', async () => {
    const before = v2.processes();
    // No name is resolved, and no proxy or index of packages answers.
    const offline = { PIP_INDEX_URL: 'http://127.0.0.1:9', HTTPS_PROXY: 'http://127.0.0.1:9' };
    const { code, stdout } = await v2.run('up', offline);
    expect(code).toBe(0);
    expect(stdout.match(/is running/g)).toHaveLength(3);
    expect(stdout.match(/nothing written/g)).toHaveLength(2);
    expect(v2.processes()).toEqual(before);
  });

  test('A key that the operator gives and the service refuses is not stored, and everything runs on', async () => {
    const before = v2.processes();
    const { code, stdout, stderr } = await v2.run('up', { ANYLLM_API_KEY: 'sk-wrong-0123456789' });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^v2-up: derived keys: anythingllm: service does not accept the given value\.\n {2}Correct ANYLLM_API_KEY\./,
    );
    expect(stdout + stderr).not.toContain('sk-wrong');
    expect(v2.processes()).toEqual(before);
  });

  test('A service that runs with an older .env is started again with the new one', async () => {
    utimesSync(join(v2.state, 'service/.env'), new Date(), new Date());
    const { code, stdout } = await v2.run('up');
    expect(code).toBe(0);
    expect(stdout).toMatch(/static keys +4 in step, nothing written/);
    expect(stdout).toMatch(/service +started again with its new \.env/);
  });

  test('Two runs at the same time: one works, the other says so', async () => {
    const both = await Promise.all([v2.run('up'), v2.run('up')]);
    expect(new Set(both.map(({ code }) => code))).toEqual(new Set([0, 1]));
    expect(both.map(({ stderr }) => stderr).join('')).toMatch(/^v2-up: Another command is at work on /);
  });

  test('It says which variable to set where a port was changed under a running process', async () => {
    const { code, stderr } = await v2.run('up', { V2_SERVICE_PORT: '1' });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /service: It runs at http:\/\/127\.0\.0\.1:\d+, and V2_SERVICE_PORT asks for port 1\./,
    );
  });

  test('make v2-down stops all processes, may be repeated, and keeps the data until it is asked to purge', async () => {
    const stopped = await v2.run('down');
    expect([stopped.code, stopped.stderr]).toEqual([0, '']);
    expect(v2.processes()).toEqual([]);
    expect((await v2.run('down')).stdout.match(/did not run/g)).toHaveLength(3);
    const again = await v2.run('up');
    expect(again.stdout).toContain('unsealed itself');
    expect(again.stdout).toContain('1 in step, nothing written');
    const purged = await v2.run('down', { PURGE: '1' });
    expect(purged.stdout).toContain(`Removed ${v2.state}`);
    expect(existsSync(v2.state)).toBe(false);
    expect(v2.processes()).toEqual([]);
  });
});

describe('make v2-up, where it cannot work', { timeout: COMMAND_TIMEOUT_MS }, () => {
  test('An interrupted run stops what it had started', async () => {
    const v2 = await V2.onFreePorts();
    const { code, stderr } = await v2.endedUp('OpenBao ', 'SIGINT');
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/Interrupted\. What this run had started was stopped/),
    ]);
    expect(v2.processes()).toEqual([]);
  });

  test('A port in use is named with its variable, and nothing stays half-running', async () => {
    const v2 = await V2.onFreePorts();
    const blocker = createServer().listen(Number(v2.environment['V2_SERVICE_PORT']), '127.0.0.1');
    await once(blocker, 'listening');
    afterwards(() => void blocker.close());
    const { code, stderr } = await v2.run('up');
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^v2-up: service: Port \d+ of 127\.0\.0\.1 is in use by another program\.\n.*V2_SERVICE_PORT/,
    );
    // Only the data of an OpenBao that was killed in its first start are set aside.
    expect(readdirSync(join(v2.state, 'openbao')).filter((name) => name.includes('unfinished'))).toEqual([]);
    expect(v2.processes()).toEqual([]);
  });
});
