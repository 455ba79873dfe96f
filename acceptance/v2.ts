import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterwards, machineEnvironment, REPOSITORY, temporaryFolder, type Ended } from './server.ts';

export const COMMAND_TIMEOUT_MS = 90_000;

/** v2 in a state folder of its own, on free ports. It is stopped after the tests. */
export class V2 {
  readonly state = join(temporaryFolder(), 'v2');
  readonly environment: Record<string, string>;

  private constructor(ports: readonly number[]) {
    const [openbao, service, wrapper] = ports.map(String) as [string, string, string];
    this.environment = {
      ...machineEnvironment(),
      KEYWARD_LOCAL_MODEL: 'off',
      KEYWARD_DRAIN_SECONDS: '0',
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
  run(
    command: 'up' | 'down' | 'smoke' | 'backup' | 'restore',
    environment: Record<string, string> = {},
  ): Promise<Ended> {
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
    while (!(existsSync(log) && readFileSync(log, 'utf8').includes('barrier initialized'))) {
      if (child.exitCode !== null) throw new Error('v2-up ended before OpenBao had set itself up.');
      await sleep(5);
    }
    child.kill('SIGKILL');
    const [pid] = readFileSync(join(this.state, 'openbao.pid'), 'utf8').split(' ');
    process.kill(Number(pid), 'SIGKILL');
    await ended;
    if (existsSync(join(this.state, 'openbao/set-up'))) throw new Error('OpenBao had set itself up already.');
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
