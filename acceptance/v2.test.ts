import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { afterwards, machineEnvironment, REPOSITORY, temporaryFolder, type Ended } from './server.ts';

const COMMAND_TIMEOUT_MS = 90_000;

/** v2 in a state folder of its own, on free ports. It is stopped after the tests. */
class V2 {
  readonly state = join(temporaryFolder(), 'v2');
  readonly environment: Record<string, string>;

  private constructor(ports: readonly number[]) {
    const [openbao, service, wrapper] = ports.map(String) as [string, string, string];
    this.environment = {
      ...machineEnvironment(),
      KEYWARD_LOCAL_MODEL: 'off',
      V2_STATE: this.state,
      V2_OPENBAO_PORT: openbao,
      V2_SERVICE_PORT: service,
      V2_WRAPPER_PORT: wrapper,
    };
    afterwards(() => this.run('down'));
  }

  static async onFreePorts(): Promise<V2> {
    const probes = await Promise.all(
      [0, 1, 2].map(async () => {
        const probe = createServer().listen(0, '127.0.0.1');
        await once(probe, 'listening');
        return probe;
      }),
    );
    const ports = probes.map((probe) => (probe.address() as AddressInfo).port);
    for (const probe of probes) probe.close();
    return new V2(ports);
  }

  /** One of the commands behind `make v2-…`. */
  run(command: 'up' | 'down' | 'smoke', environment: Record<string, string> = {}): Promise<Ended> {
    const options = {
      cwd: this.state.slice(0, -3),
      env: { ...this.environment, ...environment },
      timeout: COMMAND_TIMEOUT_MS,
    };
    return new Promise((resolve) => {
      execFile(
        process.execPath,
        [join(REPOSITORY, 'v2', `${command}.ts`)],
        options,
        (error, stdout, stderr) =>
          resolve({ code: error === null ? 0 : Number(error.code ?? 128), stdout, stderr }),
      );
    });
  }

  /** Starts `up`, and sends it a signal once its output has `text`. */
  async endedUp(text: string, wanted: 'SIGKILL' | 'SIGINT'): Promise<{ code: unknown; stderr: string }> {
    const child = spawn(process.execPath, [join(REPOSITORY, 'v2/up.ts')], {
      env: this.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = once(child, 'close');
    let output = '';
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes(text)) child.kill(wanted);
    });
    const [code] = (await ended) as [unknown];
    if (code === 0) throw new Error(`v2-up ended before the signal: ${output}`);
    return { code, stderr };
  }

  /** Kills `up` and OpenBao with -9 while OpenBao sets itself up, which it does only once. */
  async killedFirstStart(): Promise<void> {
    const child = spawn(process.execPath, [join(REPOSITORY, 'v2/up.ts')], { env: this.environment });
    const ended = once(child, 'exit');
    const log = join(this.state, 'openbao.log');
    await expect
      .poll(() => existsSync(log) && readFileSync(log, 'utf8'), { interval: 5 })
      .toMatch(/barrier initialized/);
    child.kill('SIGKILL');
    const [pid] = readFileSync(join(this.state, 'openbao.pid'), 'utf8').split(' ');
    process.kill(Number(pid), 'SIGKILL');
    await ended;
    expect(existsSync(join(this.state, 'openbao/set-up'))).toBe(false);
  }

  /** Those that run with this state. */
  processes(): string[] {
    return readdirSync('/proc')
      .filter((pid) => /^\d+$/.test(pid))
      .filter((pid) => {
        try {
          return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`${this.state}/`);
        } catch {
          return false;
        }
      });
  }
}

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
    expect(v2.processes()).toEqual([]);
  });
});
