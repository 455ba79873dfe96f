import { existsSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { homedir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { integer, list, oneOf, origins, ranges, type Environment } from './base/forms/env-values.ts';
import { StartupError } from './base/errors.ts';
import { similar } from './base/nearest.ts';
import { LOG_LEVELS, type LogLevel } from './base/log/log-levels.ts';
import {
  batchSettings,
  jobSettings,
  type BatchLimits,
  type JobSettings,
} from './base/forms/queue-settings.ts';
import { OIDC_VARIABLES, oidcSettings, type OidcSettings } from './base/forms/oidc-settings.ts';
import { stopSettings, type StopSettings } from './base/forms/stop-settings.ts';

/** The configuration, read from the environment only here. */
export interface Config {
  host: string;
  port: number;
  /** Absolute path. */
  dataDir: string;
  /** A `postgres://` URL or the absolute path of an SQLite file. */
  database: string;
  /** How long the server waits at its start for a PostgreSQL that cannot be reached yet. */
  databaseWaitMs: number;
  stopping: StopSettings;
  masterKey: { value?: string; file?: string; previous: string[] };
  tls: { certFile: string; keyFile: string } | undefined;
  /** CIDR ranges of proxies whose X-Forwarded-For and X-Forwarded-Prefix are trusted. */
  trustedProxies: string[];
  /** Origins whose pages may use `/v1`. */
  corsOrigins: 'any' | string[];
  /** Private addresses that pages may be fetched from: CIDR ranges, or all except link-local addresses. */
  fetchPrivate: 'allow' | string[];
  /** The same for the webhooks of jobs. */
  webhookPrivate: 'allow' | string[];
  /** Whether tokens issued over the API log users in; `only`: passwords do not. */
  simpleSso: 'off' | 'on' | 'only';
  /** Sign-in with an OpenID provider; undefined: without. */
  oidc: OidcSettings | undefined;
  /** The largest file that may be uploaded. */
  uploadMaxBytes: number;
  localModel: { enabled: boolean; modelsDir: string };
  /** Whether PostgreSQL searches by vectors, where it can. */
  pgvector: boolean;
  logLevel: LogLevel;
  /** Whether each request is logged. */
  hasAccessLog: boolean;
  /** First characters of a new key's text. */
  keyPrefix: string;
  /** Keys given by the environment, imported at start. */
  bootstrapKeys: { role: 'client' | 'miner' | 'admin'; variable: string; value: string }[];
  jobs: JobSettings;
  /** Where waiting work without a worker is reported. */
  queueWebhook: string | undefined;
  batches: BatchLimits;
  /** The API does not delete workspaces. */
  workspaceDeletionProtection: boolean;
  /** Child processes get a part of it. */
  environment: Record<string, string | undefined>;
  /** For the command line: the server, the key to use, and that of the upstream which `miner run` serves. */
  client: Record<'url' | 'apiKey' | 'upstreamKey', string | undefined> & { configDir: string };
}

const MIB = 1024 * 1024;

/** Every variable, its default and meaning; `keyward doctor` and the documentation print this. */
export const VARIABLES = {
  KEYWARD_HOST: ['127.0.0.1', 'address to listen on'],
  KEYWARD_PORT: ['5390', 'port to listen on'],
  KEYWARD_DATA_DIR: ['./data', 'database file, master key, local credentials; created with mode 0700'],
  KEYWARD_DATABASE_URL: ['SQLite in the data directory', '`postgres://…` for PostgreSQL'],
  KEYWARD_DATABASE_WAIT_SECONDS: ['60', 'how long a start waits for a PostgreSQL that cannot be reached yet'],
  KEYWARD_DRAIN_SECONDS: [
    '2',
    'after SIGTERM: how long connections are still accepted, while GET /readyz answers 503',
  ],
  KEYWARD_STOP_SECONDS: ['30', 'after SIGTERM: when the server has ended at the latest'],
  KEYWARD_MASTER_KEY: ['generated once', '32 bytes, base64; peppers and sealing keys derive from it'],
  KEYWARD_MASTER_KEY_FILE: ['–', 'a file (mode 0600) that holds the master key'],
  KEYWARD_PREVIOUS_MASTER_KEYS: ['–', 'comma-separated older master keys, during their replacement'],
  KEYWARD_TLS_CERT_FILE: ['–', 'certificate chain (PEM); serves HTTPS together with the key file'],
  KEYWARD_TLS_KEY_FILE: ['–', 'private key (PEM)'],
  KEYWARD_TRUSTED_PROXIES: [
    'none',
    'comma-separated CIDR list; only then are X-Forwarded-For and X-Forwarded-Prefix read',
  ],
  KEYWARD_CORS_ORIGINS: [
    'none',
    'origins whose pages may use /v1 with a key, comma-separated, such as https://chat.example.com, or `*`',
  ],
  KEYWARD_FETCH_PRIVATE: [
    'none',
    'private addresses that documents may be fetched from: a comma-separated CIDR list, or `allow` for all except those where clouds keep credentials',
  ],
  KEYWARD_WEBHOOK_PRIVATE: [
    'none',
    'private addresses that the ends of jobs may be reported to: a comma-separated CIDR list, or `allow`',
  ],
  KEYWARD_QUEUE_WEBHOOK: [
    '–',
    'a URL that is told when jobs wait and no worker that is online can do them, so that a machine can be woken',
  ],
  KEYWARD_SIMPLE_SSO: ['off', '`on`: login tokens can be issued for users; `only`: passwords do not log in'],
  ...OIDC_VARIABLES,
  KEYWARD_UPLOAD_MAX_MIB: ['3072', 'largest uploaded file, MiB'],
  KEYWARD_LOCAL_MODEL: ['on', '`off`: no local model process'],
  KEYWARD_MODELS_DIR: ['user cache directory', 'where the weights lie'],
  KEYWARD_PGVECTOR: ['on', '`off`: searches do not use the extension vector, even if PostgreSQL has it'],
  KEYWARD_LOG_LEVEL: ['info', LOG_LEVELS.join(', ')],
  KEYWARD_ACCESS_LOG: ['off', '`on`: a line in the log for each request, without its path and query'],
  KEYWARD_KEY_PREFIX: ['sk-', 'first characters of a new key'],
  KEYWARD_WORKSPACE_DELETION_PROTECTION: ['off', '`on`: the API cannot delete workspaces'],
  KEYWARD_JOB_PAYLOAD_MAX_MIB: ['8', 'largest payload of a job, MiB'],
  KEYWARD_JOB_RESULT_MAX_MIB: ['64', 'largest result of a job, MiB'],
  KEYWARD_JOB_QUEUED_MAX: ['100000', 'waiting jobs of one owner'],
  KEYWARD_JOB_KEPT_DAYS: ['30', 'how long jobs that are over are kept'],
  KEYWARD_JOB_LEASE_SECONDS: ['30', 'how long a worker may be silent before its jobs are given to another'],
  KEYWARD_JOB_HEARTBEAT_SECONDS: ['10', 'how often workers renew their leases'],
  KEYWARD_JOB_SWEEP_SECONDS: ['5', 'how often leases and waiting times are looked at'],
  KEYWARD_JOB_GRACE_SECONDS: ['5', 'the lease of a worker whose control stream broke'],
  KEYWARD_JOB_SWAP_WAIT_SECONDS: ['60', 'how long a job waits at most for a worker to swap models'],
  KEYWARD_JOB_REQUEST_WAIT_SECONDS: ['600', 'how long a request of the OpenAI API waits for a worker'],
  KEYWARD_BATCH_FILE_MAX_MIB: ['200', 'largest input file of a batch, MiB'],
  KEYWARD_BATCH_FILES_MAX_MIB: ['10240', 'all uploaded files of one owner, MiB'],
  KEYWARD_BATCH_LINES_MAX: ['50000', 'requests in one batch'],
  KEYWARD_BATCH_CONCURRENCY: [
    '32',
    'requests of batches that one server runs at a time; an owner has half of them',
  ],
  KEYWARD_BATCH_KEPT_DAYS: ['30', 'how long files and batches that are over are kept'],
  KEYWARD_URL: ['http://127.0.0.1:5390', 'the server that the command line talks to'],
  KEYWARD_API_KEY: ['–', 'the key that the command line uses'],
  KEYWARD_UPSTREAM_KEY: ['–', 'the key of the upstream that `keyward miner run` serves'],
  KEYWARD_CONFIG_DIR: ['user configuration directory', 'where the command line keeps its credentials'],
  CLIENT_API_KEYS: ['–', 'keys imported at start with the role client'],
  MINER_API_KEYS: ['–', 'keys imported at start with the role miner'],
  ADMIN_API_KEYS: ['–', 'keys imported at start with the role admin'],
} as const satisfies Record<string, readonly [string, string]>;

/**
 * Reads the process's environment and a `.env` in the working directory; a variable already set wins.
 * @throws StartupError naming the variable and the way out.
 */
export function loadConfig(): Config {
  return readConfig({ ...readDotEnv(resolve('.env')), ...withoutEmpty(process.env) });
}

/** @throws StartupError for an unreadable file: starting without it would be another configuration. */
function readDotEnv(file: string): Environment {
  if (!existsSync(file)) return {};
  try {
    return parseEnv(readFileSync(file, 'utf8'));
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? 'unknown reason';
    throw new StartupError(`${file} cannot be read (${why}): make it readable, or move it away.`, { cause });
  }
}

/** An empty variable counts as unset, as in compose files. */
/** The folders in which a shell looks for programs, in order. */
export const programFolders = (): string[] =>
  (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');

function withoutEmpty(environment: Environment): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
}

export function readConfig(environment: Environment): Config {
  const env = withoutEmpty(environment);
  refuseUnknown(env);
  const dataDir = resolve(env.KEYWARD_DATA_DIR ?? './data');
  return {
    host: hostName(env),
    port: integer(env, 'KEYWARD_PORT', { fallback: 5390, min: 0, max: 65_535 }),
    dataDir,
    database: databaseLocation(env, dataDir),
    databaseWaitMs:
      integer(env, 'KEYWARD_DATABASE_WAIT_SECONDS', { fallback: 60, min: 0, max: 3_600 }) * 1_000,
    stopping: stopSettings(env),
    masterKey: {
      ...(env.KEYWARD_MASTER_KEY === undefined ? {} : { value: env.KEYWARD_MASTER_KEY }),
      ...(env.KEYWARD_MASTER_KEY_FILE === undefined ? {} : { file: resolve(env.KEYWARD_MASTER_KEY_FILE) }),
      previous: list(env.KEYWARD_PREVIOUS_MASTER_KEYS),
    },
    tls: tlsFiles(env),
    trustedProxies: ranges(env, 'KEYWARD_TRUSTED_PROXIES'),
    corsOrigins: origins(env, 'KEYWARD_CORS_ORIGINS'),
    fetchPrivate: privateAddresses(env, 'KEYWARD_FETCH_PRIVATE'),
    webhookPrivate: privateAddresses(env, 'KEYWARD_WEBHOOK_PRIVATE'),
    uploadMaxBytes: integer(env, 'KEYWARD_UPLOAD_MAX_MIB', { fallback: 3_072, min: 1, max: 65_536 }) * MIB,
    simpleSso: oneOf(env, 'KEYWARD_SIMPLE_SSO', ['off', 'on', 'only'], 'off'),
    oidc: oidcSettings(env),
    localModel: {
      enabled: oneOf(env, 'KEYWARD_LOCAL_MODEL', ['on', 'off'], 'on') === 'on',
      modelsDir: resolve(
        env.KEYWARD_MODELS_DIR ?? join(env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'keyward/models'),
      ),
    },
    pgvector: oneOf(env, 'KEYWARD_PGVECTOR', ['on', 'off'], 'on') === 'on',
    logLevel: oneOf(env, 'KEYWARD_LOG_LEVEL', LOG_LEVELS, 'info'),
    hasAccessLog: oneOf(env, 'KEYWARD_ACCESS_LOG', ['on', 'off'], 'off') === 'on',
    keyPrefix: keyPrefix(env),
    bootstrapKeys: (['client', 'miner', 'admin'] as const).flatMap((role) => {
      const variable = `${role.toUpperCase()}_API_KEYS`;
      const value = env[variable];
      return value === undefined ? [] : [{ role, variable, value }];
    }),
    jobs: jobSettings(env),
    queueWebhook: webhookUrl(env, 'KEYWARD_QUEUE_WEBHOOK'),
    batches: batchSettings(env),
    workspaceDeletionProtection:
      oneOf(env, 'KEYWARD_WORKSPACE_DELETION_PROTECTION', ['on', 'off'], 'off') === 'on',
    environment: env,
    client: {
      url: env.KEYWARD_URL,
      apiKey: env.KEYWARD_API_KEY,
      upstreamKey: env.KEYWARD_UPSTREAM_KEY,
      configDir: resolve(
        env.KEYWARD_CONFIG_DIR ?? join(env.XDG_CONFIG_HOME ?? join(homedir(), '.config'), 'keyward'),
      ),
    },
  };
}

function refuseUnknown(env: Environment): void {
  const known = Object.keys(VARIABLES);
  for (const name of Object.keys(env)) {
    if (!name.startsWith('KEYWARD_') || known.includes(name)) continue;
    const [meant] = similar(name, known);
    const hint = meant === undefined ? '. docs/operations.md lists all.' : `: did you mean ${meant}?`;
    throw new StartupError(`${name} is not a variable of Keyward${hint}`);
  }
}

function databaseLocation(env: Environment, dataDir: string): string {
  const url = env.KEYWARD_DATABASE_URL;
  if (url === undefined) return join(dataDir, 'keyward.db');
  if (/^postgres(ql)?:\/\//.test(url)) return url;
  throw new StartupError(
    'KEYWARD_DATABASE_URL must begin with postgres:// (leave it out for SQLite in the data directory).',
  );
}

function tlsFiles(env: Environment): Config['tls'] {
  const certFile = env.KEYWARD_TLS_CERT_FILE;
  const keyFile = env.KEYWARD_TLS_KEY_FILE;
  if (certFile === undefined && keyFile === undefined) return undefined;
  if (certFile === undefined || keyFile === undefined) {
    throw new StartupError(
      'KEYWARD_TLS_CERT_FILE and KEYWARD_TLS_KEY_FILE go together: set both or neither.',
    );
  }
  return { certFile: resolve(certFile), keyFile: resolve(keyFile) };
}

function hostName(env: Environment): string {
  const host = env.KEYWARD_HOST ?? '127.0.0.1';
  if (isIP(host) !== 0 || /^[0-9A-Za-z]([0-9A-Za-z.-]{0,251}[0-9A-Za-z])?$/.test(host)) return host;
  throw new StartupError('KEYWARD_HOST must be an address or a host name alone, such as 0.0.0.0 or ::1.');
}

function privateAddresses(env: Environment, name: string): Config['fetchPrivate'] {
  const text = env[name] ?? 'none';
  if (text === 'allow') return 'allow';
  return text === 'none' ? [] : ranges(env, name);
}

function webhookUrl(env: Environment, name: string): string | undefined {
  const text = env[name];
  if (text === undefined) return undefined;
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '')
    return text;
  throw new StartupError(
    `${name} must be an http or https URL without credentials, such as https://example.org/wake.`,
  );
}

function keyPrefix(env: Environment): string {
  const prefix = env.KEYWARD_KEY_PREFIX ?? 'sk-';
  if (/^[a-z][a-z0-9]{0,11}[-_]$/.test(prefix)) return prefix;
  throw new StartupError(
    'KEYWARD_KEY_PREFIX must be 1 to 12 lower-case letters or digits and end in - or _, such as "sk-".',
  );
}
