import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
} from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { freePort } from './traffic/free-ports.ts';

const START_TIMEOUT_MS = 30_000;
const START_POLL_MS = 20;

/**
 * Runs PostgreSQL until its own stdin ends, which happens however its parent dies, kill -9 included: no run
 * of the tests can leave a server or a folder behind. `keep` as last word stops the server only.
 */
const KEEPER = `
dir="$1"; shift
"$@" </dev/null >>"$dir/log" 2>&1 &
server=$!
read -r word
if [ "$word" = keep ]; then kill -INT $server; else kill -QUIT $server; fi
wait $server
[ "$word" = keep ] || rm -rf "$dir"
`;

export const PLAIN_LOCALE = ['--locale=C.UTF-8'];
/** Orders and lower-cases text as SQLite never does: nothing may depend on it. */
const FAR_FROM_SQLITE = [...PLAIN_LOCALE, '--locale-provider=icu', '--icu-locale=tr-TR'];

/** A throw-away PostgreSQL on a loopback port. */
export interface PostgresServer {
  /** URL of the superuser and the database `postgres`. */
  readonly url: string;
  /** Stops it as an operator would, keeping its data; its clients are cut off. */
  stop(): Promise<void>;
  /** Starts it again after `stop`, on the same port. */
  start(): Promise<void>;
  /** While it is stopped: it starts as a standby, without a primary. */
  makeStandby(): Promise<void>;
  /** A folder on a disk of its own, which only the server sees. */
  readonly smallDisk: string;
  /** Ends it and removes its folder. May be called twice. */
  remove(): Promise<void>;
}

interface Options {
  /** Says in which folder its programs are; may put them into the server's own. */
  findBinaries?: (directory: string) => string;
  /** For `initdb`. */
  locale?: readonly string[];
  /** The size of `smallDisk`. Only as root. @default none */
  smallDiskMib?: number;
}

/**
 * Makes and starts a PostgreSQL of its own.
 * @throws Error of one line saying which package to install.
 */
export async function startPostgresServer({
  findBinaries = installedBinaries,
  locale = FAR_FROM_SQLITE,
  smallDiskMib,
}: Options = {}): Promise<PostgresServer> {
  const user = await serverUser();
  const directory = mkdtempSync(join(tmpdir(), 'keyward-postgres-'));
  try {
    chmodSync(directory, 0o700);
    if (user !== undefined) chownSync(directory, user.uid, user.gid);
    const binaries = findBinaries(directory);
    const password = randomBytes(16).toString('hex');
    await initialise(binaries, directory, { user, password, locale });
    const server = new RunningPostgres({
      binaries,
      directory,
      user,
      password,
      port: await freePort(),
      smallDiskMib,
    });
    await server.start();
    return server;
  } catch (error) {
    rmSync(directory, { recursive: true, force: true });
    throw error;
  }
}

interface SystemUser {
  uid: number;
  gid: number;
}

interface Installation {
  binaries: string;
  directory: string;
  user: SystemUser | undefined;
  password: string;
  port: number;
  smallDiskMib: number | undefined;
}

class RunningPostgres implements PostgresServer {
  readonly url: string;
  readonly #it: Installation;
  #keeper: ChildProcess | undefined;

  constructor(installation: Installation) {
    this.#it = installation;
    this.url = `postgres://postgres:${installation.password}@127.0.0.1:${installation.port}/postgres`;
  }

  async start(): Promise<void> {
    const { binaries, directory, port, user, smallDiskMib } = this.#it;
    const settings = [
      ['listen_addresses', '127.0.0.1'],
      ['port', String(port)],
      ['unix_socket_directories', ''],
      ['max_connections', '200'],
      ['fsync', 'off'],
      ['full_page_writes', 'off'],
      ['synchronous_commit', 'off'],
      // Databases come and go by the hundred; what would clean up behind them only takes their time.
      ['autovacuum', 'off'],
      ['checkpoint_timeout', '1h'],
    ].flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const server = [join(binaries, 'postgres'), '-D', join(directory, 'data'), ...settings];
    const isOnSmallDisk = smallDiskMib !== undefined && user !== undefined;
    const program = isOnSmallDisk ? [...onSmallDisk(this.smallDisk, smallDiskMib, user), ...server] : server;
    this.#keeper = spawn('/bin/sh', ['-c', KEEPER, 'keeper', directory, ...program], {
      cwd: directory,
      stdio: ['pipe', 'ignore', 'ignore'],
      // Ctrl-C in the terminal reaches this process only; the keeper then sees its stdin end.
      detached: true,
      ...(isOnSmallDisk ? {} : user),
    });
    // A keeper that is gone already needs no word.
    this.#keeper.stdin?.on('error', () => undefined);
    await this.#untilReady();
  }

  get smallDisk(): string {
    return join(this.#it.directory, 'small');
  }

  async makeStandby(): Promise<void> {
    await writeFile(join(this.#it.directory, 'data', 'standby.signal'), '');
  }

  async stop(): Promise<void> {
    await this.#end('keep\n');
  }

  async remove(): Promise<void> {
    await this.#end('');
    rmSync(this.#it.directory, { recursive: true, force: true });
  }

  async #end(lastWord: string): Promise<void> {
    const keeper = this.#keeper;
    this.#keeper = undefined;
    if (keeper === undefined || keeper.exitCode !== null) return;
    const exit = once(keeper, 'exit');
    keeper.stdin?.end(lastWord);
    await exit;
  }

  async #untilReady(): Promise<void> {
    const startedMs = performance.now();
    for (;;) {
      const client = new pg.Client({ connectionString: this.url });
      try {
        await client.connect();
        await client.end();
        return;
      } catch (cause) {
        if (performance.now() - startedMs > START_TIMEOUT_MS) {
          const log = await readFile(join(this.#it.directory, 'log'), 'utf8');
          await this.remove();
          throw new Error(`PostgreSQL for the tests did not start: ${log.slice(-2_000)}`, { cause });
        }
        await sleep(START_POLL_MS);
      }
    }
  }
}

/** Mounts a small disk that only the rest of the command sees, which runs as the user. */
function onSmallDisk(folder: string, mib: number, { uid, gid }: SystemUser): string[] {
  mkdirSync(folder, { recursive: true });
  const script = `mount -t tmpfs -o size=${mib}m,mode=700,uid=${uid},gid=${gid} tmpfs "$0" && exec setpriv --reuid=${uid} --regid=${gid} --clear-groups -- "$@"`;
  return ['unshare', '--mount', '--', '/bin/sh', '-c', script, folder];
}

function installedBinaries(): string {
  const base = '/usr/lib/postgresql';
  const versions = listFolder(base).sort((a, b) => Number(b) - Number(a));
  const folders = [
    ...versions.map((version) => join(base, version, 'bin')),
    ...(process.env['PATH'] ?? '').split(':'),
  ];
  const found = folders.find(
    (folder) => isProgram(join(folder, 'initdb')) && isProgram(join(folder, 'postgres')),
  );
  if (found === undefined)
    throw new Error(
      'The tests need PostgreSQL: apt-get install postgresql (initdb and postgres were not found).',
    );
  return found;
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** PostgreSQL refuses to run as root; its Debian package brings the user that it then runs as. */
async function serverUser(): Promise<SystemUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const passwd = await readFile('/etc/passwd', 'utf8');
  const [, uid, gid] = /^postgres:[^:]*:(\d+):(\d+):/m.exec(passwd) ?? [];
  if (uid === undefined || gid === undefined)
    throw new Error('The tests run as root and need the user `postgres`: apt-get install postgresql.');
  return { uid: Number(uid), gid: Number(gid) };
}

async function initialise(
  binaries: string,
  directory: string,
  { user, password, locale }: { user: SystemUser | undefined; password: string; locale: readonly string[] },
): Promise<void> {
  const passwordFile = join(directory, 'password');
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (user !== undefined) chownSync(passwordFile, user.uid, user.gid);
  const options = ['--username=postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
  const data = ['--encoding=UTF8', ...locale, '--no-sync', '-D', join(directory, 'data')];
  await promisify(execFile)(join(binaries, 'initdb'), [...options, ...data], { cwd: directory, ...user });
}
