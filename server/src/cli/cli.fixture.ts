import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { makeInstance } from '../../test/instance.ts';
import { runCommand, type Ended } from '../../test/processes/cli-processes.ts';
import type { FaultyProxy } from '../vault/faulty-proxy.fixture.ts';

/** The program as people run it. */
export const KEYWARD = fileURLToPath(new URL('../../../keyward', import.meta.url));

export type { Ended } from '../../test/processes/cli-processes.ts';

export interface RunOptions {
  stdin?: string;
  env?: Record<string, string>;
}

/** The processes of these tests do not inherit the settings of the caller. */
function baseEnvironment(): Record<string, string> {
  const { PATH = '', HOME = '' } = process.env;
  return { PATH, HOME };
}

/** A data directory, a folder for credentials, and the commands that work on them. */
export class Home {
  readonly #root = mkdtempSync(join(tmpdir(), 'keyward-cli-'));
  readonly folder = join(this.#root, 'home');
  readonly dataDir = join(this.folder, 'data');
  readonly configDir = join(this.folder, 'config');
  readonly env: Record<string, string>;
  /** All output on stderr. It must not contain a secret. */
  said = '';

  constructor(env: Record<string, string> = {}) {
    // The folder of `make install`.
    const installed = join(this.#root, 'installed');
    for (const folder of [this.folder, installed]) mkdirSync(folder);
    symlinkSync(KEYWARD, join(installed, 'keyward'));
    this.env = {
      PATH: [installed, process.env['PATH'] ?? ''].join(delimiter),
      KEYWARD_DATA_DIR: this.dataDir,
      KEYWARD_CONFIG_DIR: this.configDir,
      KEYWARD_PORT: '0',
      KEYWARD_LOCAL_MODEL: 'off',
      KEYWARD_DRAIN_SECONDS: '0',
      ...env,
    };
  }

  spawn(args: string[], env: Record<string, string> = {}): ChildProcess {
    return spawn(KEYWARD, args, {
      cwd: this.folder,
      env: { ...baseEnvironment(), ...this.env, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  }

  /** As `./keyward` does. Commands share processes; `runAlone` gives one its own. */
  async run(args: string[], { stdin = '', env = {} }: RunOptions = {}): Promise<Ended> {
    const all = { ...baseEnvironment(), ...this.env, ...env };
    const ended = await runCommand({ args, env: all, cwd: this.folder, stdin });
    this.said += ended.stderr;
    return ended;
  }

  runAlone(args: string[], { stdin = '', env = {} }: RunOptions = {}): Promise<Ended> {
    const child = this.spawn(args, env);
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(stdin);
    return this.#ended(child);
  }

  /**
   * Kills it (-9) when a request comes to a wire, which then takes place all the same.
   * @param at how many requests come before it @returns false: the command ended before.
   */
  async killedAt(
    args: string[],
    { env, wire, at }: { env: Record<string, string>; wire: FaultyProxy; at: number },
  ): Promise<boolean> {
    const child = this.spawn(args, env);
    const ended = this.#ended(child);
    const kill = { before: async () => void child.kill('SIGKILL') };
    wire.faults = [...Array.from({ length: at }, () => 'pass' as const), kill];
    const { code } = await ended;
    wire.faults = [];
    return code === null;
  }

  /**
   * On its own terminal, through `script` of util-linux, with stdout and stderr in one.
   * @param typed each text is typed after `at` was printed: before that, the terminal may echo it.
   */
  runOnTerminal(
    line: string,
    typed: { at: string; text: string }[] = [],
    env: Record<string, string> = {},
  ): Promise<Ended> {
    const child = spawn('script', ['-qefc', `exec ${KEYWARD} ${line}`, '/dev/null'], {
      cwd: this.folder,
      env: { ...baseEnvironment(), ...this.env, TERM: 'xterm', ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const left = [...typed];
    let seen = '';
    child.stdout.on('data', (chunk: Buffer) => {
      seen += chunk.toString();
      const [next] = left;
      if (next === undefined || !seen.includes(next.at)) return;
      left.shift();
      seen = '';
      child.stdin.write(next.text);
    });
    return this.#ended(child);
  }

  async #ended(child: ChildProcess): Promise<Ended> {
    let stdout = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
    this.said += stderr;
    return { code, stdout, stderr };
  }

  /** The result of a command that must succeed. */
  async json<T>(args: string[], options: RunOptions = {}): Promise<T> {
    const { code, stdout, stderr } = await this.run(args, options);
    if (code !== 0) throw new Error(`keyward ${args.join(' ')} ended with ${code}: ${stderr}${stdout}`);
    return JSON.parse(stdout) as T;
  }

  remove(): void {
    rmSync(this.#root, { recursive: true, force: true });
  }
}

/** A home whose server is stopped, and which is removed, when the test ends. */
export function testHome(env: Record<string, string> = {}): Home {
  const home = new Home(env);
  onTestFinished(async () => {
    if (existsSync(join(home.dataDir, 'keyward.pid'))) await home.run(['down']);
    home.remove();
  });
  return home;
}

/** A server in the foreground with its admin key, for the tests of a file. */
export async function startServer(): Promise<{
  home: Home;
  url: string;
  adminKey: string;
  stop(): Promise<void>;
}> {
  const home = new Home();
  const secret = await makeInstance(home.env);
  const child = home.spawn(['serve']);
  let log = '';
  child.stderr?.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0];
      if (found !== undefined) resolve(found);
    });
    child.on('exit', () => reject(new Error(`the server has ended: ${log}`)));
  });
  home.env['KEYWARD_URL'] = url;
  home.env['KEYWARD_API_KEY'] = secret;
  const stop = async (): Promise<void> => {
    const gone = new Promise((resolve) => child.on('exit', resolve));
    child.kill('SIGTERM');
    await gone;
    home.remove();
  };
  return { home, url, adminKey: secret, stop };
}
