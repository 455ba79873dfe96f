import { accessSync, constants, existsSync, statSync, readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { VARIABLES, type Config } from '../../config.ts';
import { databaseCheck } from './examine-database.ts';
import { masterKeyCheck } from './examine-master-key.ts';
import { modelCheck } from './examine-model.ts';
import { portCheck } from './examine-port.ts';
import { isLocalHost } from './exposure.ts';
import { fail, ok, warn, type Check, type Finding } from './finding.ts';

const NODE_MIN = 24;
const MEGABYTE = 1024 * 1024;
const DISK_MIN_MEGABYTES = 200;
const DISK_GOOD_MEGABYTES = 1024;
/** The program is younger than this: an earlier time means a wrong clock. */
const EARLIEST_MS = Date.UTC(2025, 0, 1);

/** Checks everything that a start needs. Changes nothing. */
export async function examine(config: Config): Promise<Check[]> {
  const looks: Record<string, () => Finding | Promise<Finding>> = {
    node: nodeCheck,
    environment: () => environmentCheck(config),
    'data directory': () => folderCheck(config.dataDir),
    'master key': () => masterKeyCheck(config),
    database: () => databaseCheck(config),
    'disk space': () => diskCheck(config.dataDir),
    port: () => portCheck(config),
    tls: () => tlsCheck(config),
    'local model': () => modelCheck(config),
    clock: () => clockCheck(config),
  };
  const checks: Check[] = [];
  for (const [check, look] of Object.entries(looks)) {
    try {
      checks.push({ check, ...(await look()) });
    } catch (error) {
      // The message of a start-up error contains the fix.
      checks.push({ check, status: 'fail', detail: (error as Error).message, fix: null });
    }
  }
  return checks;
}

function nodeCheck(): Finding {
  const major = Number(process.versions.node.split('.', 1)[0]);
  if (major >= NODE_MIN) return ok(`Node ${process.versions.node}`);
  return fail(
    `Node ${process.versions.node} is too old.`,
    `run npm ci, which installs Node ${NODE_MIN}, or make up`,
  );
}

function environmentCheck({ environment }: Config): Finding {
  const names = Object.keys(VARIABLES).filter((name) => environment[name] !== undefined);
  const envFile = resolve('.env');
  const shown = names.length === 0 ? 'no variable is set: defaults' : `set: ${names.join(', ')}`;
  if (existsSync(envFile) && (statSync(envFile).mode & 0o077) !== 0)
    return warn(`${shown}; ${envFile} is readable by other users.`, `chmod 600 ${envFile}`);
  return ok(shown);
}

function folderCheck(path: string): Finding {
  if (!existsSync(path)) {
    const parent = nearestThere(path);
    accessSync(parent, constants.W_OK);
    return ok(`${path} does not exist yet; keyward up creates it.`);
  }
  const { mode, uid } = statSync(path);
  const isOwn = process.getuid === undefined || uid === process.getuid() || process.getuid() === 0;
  if (!isOwn) return fail(`${path} belongs to another user.`, 'set KEYWARD_DATA_DIR to a folder of yours');
  if ((mode & 0o077) !== 0)
    return warn(`${path} is open to other users (mode ${(mode & 0o777).toString(8)}).`, `chmod 700 ${path}`);
  accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
  return ok(path);
}

async function diskCheck(path: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(nearestThere(path));
  const free = Math.floor((bavail * bsize) / MEGABYTE);
  if (free < DISK_MIN_MEGABYTES)
    return fail(`${free} MB are free.`, 'free space, or set KEYWARD_DATA_DIR to another disk');
  if (free < DISK_GOOD_MEGABYTES)
    return warn(`${free} MB are free.`, 'free space: a full disk refuses every change');
  return ok(`${free} MB are free`);
}

function tlsCheck({ tls, host }: Config): Finding {
  if (tls === undefined) {
    return isLocalHost(host)
      ? ok('off; only this machine can connect')
      : warn(
          `${host} accepts connections from other machines, unencrypted.`,
          'set KEYWARD_TLS_CERT_FILE and KEYWARD_TLS_KEY_FILE',
        );
  }
  readFileSync(tls.certFile);
  readFileSync(tls.keyFile);
  if ((statSync(tls.keyFile).mode & 0o077) !== 0)
    return warn('The private key is readable by other users.', `chmod 600 ${tls.keyFile}`);
  return ok('certificate and key are readable');
}

function clockCheck({ dataDir }: Config): Finding {
  const nowMs = Date.now();
  if (nowMs < EARLIEST_MS)
    return fail(`The clock says ${new Date(nowMs).toISOString()}.`, 'set the clock: keys expire by it');
  const newestMs = existsSync(dataDir) ? statSync(dataDir).mtimeMs : 0;
  if (newestMs > nowMs + 60_000)
    return warn('The data directory has a change time in the future.', 'check the clock');
  return ok(new Date(nowMs).toISOString());
}

function nearestThere(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearestThere(dirname(path));
}
