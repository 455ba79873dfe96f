import { randomBytes } from 'node:crypto';
import { globSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ArgumentSampler, Canaries, filesBelow, randomSecret, type Hit, type Trace } from './canaries.ts';
import { databaseDump } from './database-dump.ts';
import { SecretsLife } from './secrets-life.ts';
import { jobsOf } from './secrets-jobs.ts';
import { consoleOfPeople, consoleWithKey } from './secrets-console.ts';
import { developerApi } from './secrets-developer.ts';
import { oidcEnvironment, signInsWithProvider } from './secrets-oidc.ts';
import { people } from './secrets-people.ts';
import { startLyingProvider } from '../server/test/oidc/lying-provider.ts';
import { afterwards, newHome, temporaryFolder, type Database, type Home } from './server.ts';
import { startUpstream } from './upstream.ts';

/** The files that keep secrets on purpose, readable for their user alone. */
const KEPT = { masterKey: 'data/master.key', credentials: 'config/credentials.json' };

function environmentFor(database: Database, canaries: Canaries): Record<string, string> {
  const environment = {
    KEYWARD_LOG_LEVEL: 'trace',
    KEYWARD_SIMPLE_SSO: 'on',
    CLIENT_API_KEYS: canaries.add('key of the environment', randomSecret('env')),
  };
  // With PostgreSQL the server makes it, in its file.
  if (database === 'postgres') return environment;
  return { ...environment, KEYWARD_MASTER_KEY: newMasterKey('master key', canaries) };
}

function newMasterKey(name: string, canaries: Canaries): string {
  const bytes = canaries.add(`${name}, its bytes`, randomBytes(32));
  return canaries.add(name, bytes.toString('base64'));
}

async function startupFailures(home: Home, canaries: Canaries): Promise<Trace[]> {
  const password = canaries.add('password of a database that is not there', randomSecret('pw'));
  const settings = [
    { KEYWARD_DATABASE_URL: `postgres://keyward:${password}@127.0.0.1:9/keyward` },
    { KEYWARD_DATABASE_URL: `mysql://keyward:${password}@127.0.0.1/keyward` },
    { KEYWARD_MASTER_KEY: canaries.add('an invalid master key', randomSecret('master')) },
    { KEYWARD_MASTER_KEY: newMasterKey('another master key', canaries) },
    { KEYWARD_API_KEI: canaries.add('in a variable that is misspelt', randomSecret('sk')) },
  ];
  const traces: Trace[] = [];
  for (const environment of settings) {
    const ended = await home.keyward(['doctor'], { environment, mayFail: true });
    traces.push({
      where: `doctor with ${Object.keys(environment)[0]}`,
      bytes: Buffer.from(JSON.stringify(ended)),
    });
  }
  return traces;
}

async function wholeLife(database: Database): Promise<{ canaries: Canaries; traces: Trace[]; home: Home }> {
  const canaries = new Canaries();
  const sampler = new ArgumentSampler();
  const upstream = await startUpstream();
  const clientSecret = canaries.add('secret of the OpenID client', randomSecret('oidc'));
  const provider = await startLyingProvider(clientSecret);
  afterwards(() => provider.close());
  const environment = {
    ...environmentFor(database, canaries),
    ...oidcEnvironment(provider.issuer, clientSecret),
  };
  const home = await newHome({ database, localModel: true, environment });
  canaries.add('admin key', home.adminKey);
  const url = home.environment['KEYWARD_DATABASE_URL'];
  if (url !== undefined) canaries.add('password of the database', new URL(url).password);
  const server = await home.serve();
  const life = new SecretsLife(server, { canaries, upstream });
  await life.keys();
  await life.upstreams();
  await life.mistakes();
  const isInBrowser = database === 'sqlite';
  if (isInBrowser) await consoleWithKey(life, canaries, { url: server.url, adminKey: home.adminKey });
  await people(life, canaries, home.adminKey);
  if (isInBrowser) await consoleOfPeople(life, canaries, server.url);
  await signInsWithProvider(life, canaries, { url: server.url, provider });
  await developerApi(life, canaries);
  await jobsOf(life, canaries);
  await life.localModel();
  if (database === 'sqlite') await life.commands();
  await life.machineCommands();
  await life.lists();
  await home.servers[0]?.kill();
  const failures = await startupFailures(home, canaries);
  const last = await home.serve();
  life.moveTo(last);
  await life.lists();
  await last.stop();
  const masterKey = join(home.folder, KEPT.masterKey);
  if (database === 'postgres') canaries.add('master key', readFileSync(masterKey, 'utf8').trim());
  const logs = home.servers.flatMap(({ stdout, stderr }, index) => [
    { where: `stdout of server ${index}`, bytes: Buffer.from(stdout) },
    { where: `stderr of server ${index}`, bytes: Buffer.from(stderr) },
  ]);
  return { canaries, home, traces: [...life.traces, ...failures, ...logs, ...sampler.stop()] };
}

const hitsOf = (canaries: Canaries, traces: Trace[]): Hit[] =>
  traces.flatMap((trace) => canaries.hitsIn(trace));

describe('the search itself', () => {
  const canaries = new Canaries();
  const secret = canaries.add('planted', randomSecret('sk'));
  const bytes = Buffer.from(secret);
  const half = secret.slice(secret.length / 2);
  const planted: Record<string, string | Buffer> = {
    plain: `{"key":"${secret}"}`,
    hex: bytes.toString('hex'),
    base64: bytes.toString('base64'),
    'base64 of a header': Buffer.from(`user:${secret}:x`).toString('base64'),
    'base64url of a header': Buffer.from(`us:${secret}`).toString('base64url'),
    'a half': `…${half}`,
    'in a binary file': Buffer.concat([randomBytes(1_000), bytes, randomBytes(1_000)]),
  };

  test.for(Object.entries(planted))('The search finds a secret in a file: %s', ([, text]) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), text);
    expect(hitsOf(canaries, filesBelow(folder)).map(({ canary }) => canary)).toContain('planted');
    rmSync(join(folder, 'file'));
    writeFileSync(join(folder, 'file'), randomSecret('sk'));
    expect(hitsOf(canaries, filesBelow(folder))).toEqual([]);
  });
});

describe.each(['sqlite', 'postgres'] as const)('no secret slips out in a whole life (%s)', (database) => {
  let life: Awaited<ReturnType<typeof wholeLife>> | undefined;
  afterAll(() => {
    life = undefined;
  });

  test('No secret is in answers, logs, commands or arguments of processes', async () => {
    life = await wholeLife(database);
    expect(life.canaries.count).toBeGreaterThan(25);
    expect(life.traces.length).toBeGreaterThan(150);
    expect(hitsOf(life.canaries, life.traces)).toEqual([]);
  }, 240_000);

  test('No secret is in a file, except the two that keep one', () => {
    const { home, canaries } = life as NonNullable<typeof life>;
    const kept = Object.values(KEPT).filter((path) => globSync(path, { cwd: home.folder }).length > 0);
    expect(kept).toEqual([database === 'sqlite' ? KEPT.credentials : KEPT.masterKey]);
    const files = filesBelow(home.folder, kept);
    expect(files.map(({ where }) => where)).toContain('keyward.backup');
    expect(files.some(({ where }) => where === 'data/keyward.db')).toBe(database === 'sqlite');
    expect(hitsOf(canaries, [...files, ...databaseDump(home)])).toEqual([]);
    for (const path of kept) expect((statSync(join(home.folder, path)).mode & 0o777).toString(8)).toBe('600');
  });
});
