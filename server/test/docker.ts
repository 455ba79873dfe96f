import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const START_TIMEOUT_MS = 30_000;
const POLL_MS = 20;
const CGROUP_TRIES = 50;
const IMAGE = 'keyward-test:1';
/** Of this machine, read-only: an image of its own would have to be copied. */
const SHARED_FOLDERS = ['/bin', '/lib', '/lib64', '/usr'].filter((path) => existsSync(path));
const NODE_FOLDER = '/opt/keyward-node';

/**
 * Runs the engine until its own stdin ends, which happens however its parent dies. All that the engine has started lies in
 * one process namespace, and so ends with it.
 */
const KEEPER = `unshare --pid --fork --kill-child=KILL --mount --mount-proc -- "$@" </dev/null >"$LOG" 2>&1 &
server=$!; read -r word; kill -KILL $server; wait $server`;

/** Engines need more rights than tests usually have. */
export const CAN_RUN_DOCKER = process.getuid?.() === 0;

/** A real Docker engine with its own socket, data and containers. */
export interface Docker {
  /** Such as `unix:///tmp/…/docker.sock`. */
  readonly address: string;
  readonly socketPath: string;
  /** For the files of containers; removed with the engine. */
  readonly folder: string;
  /** Runs the command line of Docker. @returns stdout. @throws Error with its stderr */
  cli(...args: string[]): Promise<string>;
  /**
   * Starts a container that has the programs of this machine, and this Node as `node`, and the network of this machine.
   * @param args of `docker run`, then `--`, then the command
   */
  run(name: string, ...args: string[]): Promise<void>;
  remove(): Promise<void>;
}

export async function startDocker(): Promise<Docker> {
  const folder = mkdtempSync(join(tmpdir(), 'keyward-docker-'));
  const socketPath = join(folder, 'docker.sock');
  const address = `unix://${socketPath}`;
  const log = join(folder, 'log');
  const cgroup = basename(folder);
  const engine = [
    'dockerd',
    '--bridge=none',
    '--iptables=false',
    '--ip-forward=false',
    '--ip-masq=false',
    '--storage-driver=vfs',
    '--exec-opt=native.cgroupdriver=cgroupfs',
    `--cgroup-parent=/${cgroup}`,
    `--host=${address}`,
    `--data-root=${join(folder, 'data')}`,
    `--exec-root=${join(folder, 'exec')}`,
    `--pidfile=${join(folder, 'pid')}`,
  ];
  const env = { ...process.env, LOG: log, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` };
  const child = spawn('sh', ['-c', KEEPER, 'sh', ...engine], { stdio: ['pipe', 'ignore', 'ignore'], env });
  const remove = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.stdin?.end();
      await ended;
    }
    await removeCgroups(cgroup);
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  };
  const cli = async (...args: string[]): Promise<string> =>
    (await run('docker', ['--host', address, ...args], { maxBuffer: 16 * 1024 * 1024 })).stdout;
  const start = async (name: string, ...args: string[]): Promise<void> => {
    const at = args.indexOf('--');
    const shared = SHARED_FOLDERS.map((path) => `--volume=${path}:${path}:ro`);
    const node = [
      `--volume=${dirname(process.execPath)}:${NODE_FOLDER}:ro`,
      `--env=PATH=${NODE_FOLDER}:/usr/bin:/bin`,
    ];
    const options = ['--network=host', ...shared, ...node, ...args.slice(0, at)];
    await cli('run', '--detach', `--name=${name}`, ...options, IMAGE, ...args.slice(at + 1));
  };
  try {
    await answering(socketPath, log);
    mkdirSync(join(folder, 'image/tmp'), { recursive: true });
    await run('sh', [
      '-c',
      `tar -c -C "$1/image" . | docker --host "$2" import - ${IMAGE}`,
      'sh',
      folder,
      address,
    ]);
  } catch (error) {
    await remove();
    throw error;
  }
  return { address, socketPath, folder, cli, run: start, remove };
}

async function answering(socketPath: string, log: string): Promise<void> {
  const endMs = performance.now() + START_TIMEOUT_MS;
  const ping = ['--silent', '--fail', '--unix-socket', socketPath, 'http://docker/_ping'];
  while (
    !(await run('curl', ping).then(
      () => true,
      () => false,
    ))
  ) {
    const said = existsSync(log) ? readFileSync(log, 'utf8') : '';
    if (
      performance.now() > endMs ||
      /failed to start daemon|executable file not found|Operation not permitted/.test(said)
    )
      throw new Error(
        `The Docker engine does not start. It needs "sh .ci/packages.sh test" and the rights of root:\n${said.slice(-2_000)}`,
      );
    await sleep(POLL_MS);
  }
}

/** What runc leaves of containers that were killed with their engine, once their processes have ended. */
async function removeCgroups(name: string): Promise<void> {
  const root = '/sys/fs/cgroup';
  const folders = [root, ...foldersIn(root)]
    .map((base) => join(base, name))
    .filter((path) => existsSync(path));
  for (const path of folders.flatMap((own) => [...foldersIn(own), own]))
    for (let tries = 0; tries < CGROUP_TRIES && !isRemoved(path); tries++) await sleep(POLL_MS);
}

const foldersIn = (path: string): string[] =>
  readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(path, entry.name));

function isRemoved(path: string): boolean {
  try {
    rmdirSync(path);
    return true;
  } catch {
    return false;
  }
}
