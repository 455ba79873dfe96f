import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { useOpenBao } from '../../test/openbao.ts';
import { Bootstrap } from './bootstrap.ts';
import { readManifest } from './manifest/read-manifest.ts';
import { openSinks } from './open-sinks.ts';
import type { KeyReport } from './report.ts';

const bao = useOpenBao();
let number = 0;

interface World {
  folder: string;
  path: string;
  variables: Record<string, string>;
  run: (
    verb: 'plan' | 'apply',
    more?: { restore?: boolean; accept?: boolean; manifest?: string },
  ) => Promise<KeyReport[]>;
  /** Current version and the fields of the secret. */
  secret: () => Promise<{ version: number; data: Record<string, string> }>;
}

/** A manifest of its own place: two keys in one secret of Vault, one of them copied into a file. */
function world(): World {
  const folder = mkdtempSync(join(tmpdir(), 'keyward-bootstrap-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = `stack/${++number}`;
  const text = `version: 1
sinks:
  main: { type: vault, address: '${bao.address}', login: { method: token, token: { env: VAULT_TOKEN } } }
  files: { type: files, directory: secrets }
keys:
  operator:
    sources: [{ env: OPERATOR_KEY }, { manual: Ask the provider for a key. }]
    store: [{ sink: main, mount: secret, path: '${path}', field: OPERATOR_KEY }]
  session:
    sources: [{ env: SESSION_SECRET }, { random: { length: 40, prefix: s- } }]
    store:
      - { sink: main, mount: secret, path: '${path}', field: SESSION_SECRET }
      - { sink: files, name: session_secret }
`;
  const made: World = {
    folder,
    path,
    variables: { VAULT_TOKEN: 'root', OPERATOR_KEY: 'canary-operator' },
    run: async (verb, { restore = false, accept = false, manifest: other = text } = {}) => {
      const surroundings = { folder, variables: made.variables };
      const manifest = readManifest(other, 'm.yaml', made.variables);
      const sinks = await openSinks(manifest, surroundings);
      const bootstrap = new Bootstrap({
        manifest,
        surroundings,
        sinks,
        minters: new Map(),
        nowMs: Date.now,
        restore,
        accept,
      });
      try {
        return await bootstrap[verb]();
      } finally {
        for (const sink of sinks.values()) await sink.stop();
      }
    },
    secret: async () => {
      const { data } = (await bao.call('GET', `secret/data/${path}`)) as {
        data: { data: Record<string, string>; metadata: { version: number } };
      };
      return { version: data.metadata.version, data: data.data };
    },
  };
  return made;
}

const actions = (reports: KeyReport[]) => reports.map(({ id, action, source }) => [id, action, source]);

describe('apply', () => {
  test('stores what the operator gave and what Keyward chose, with copies', async () => {
    const { run, secret, folder } = world();
    expect(actions(await run('plan'))).toEqual([
      ['operator', 'create', 'env:OPERATOR_KEY'],
      ['session', 'create', 'random'],
    ]);
    expect(actions(await run('apply'))).toEqual([
      ['operator', 'create', 'env:OPERATOR_KEY'],
      ['session', 'create', 'random'],
    ]);
    const { data } = await secret();
    expect(data).toMatchObject({
      OPERATOR_KEY: 'canary-operator',
      SESSION_SECRET: expect.stringMatching(/^s-[0-9A-Za-z]{40}$/),
    });
    expect(readFileSync(join(folder, 'secrets/session_secret'), 'utf8')).toBe(data['SESSION_SECRET']);
  });

  test('a second run writes nothing', async () => {
    const { run, secret, path } = world();
    await run('apply');
    const before = await secret();
    const metadata = await bao.call('GET', `secret/metadata/${path}`);
    expect(actions(await run('plan'))).toEqual([
      ['operator', 'none', undefined],
      ['session', 'none', undefined],
    ]);
    await run('apply');
    expect(await secret()).toEqual(before);
    expect((await bao.call('GET', `secret/metadata/${path}`))['data']).toEqual(metadata['data']);
  });

  test('ten runs at the same time store one value', async () => {
    const { run, secret, folder } = world();
    await Promise.all(Array.from({ length: 10 }, () => run('apply')));
    const { data, version } = await secret();
    expect(version).toBe(2);
    expect(readFileSync(join(folder, 'secrets/session_secret'), 'utf8')).toBe(data['SESSION_SECRET']);
    expect(actions(await run('plan'))).toEqual([
      ['operator', 'none', undefined],
      ['session', 'none', undefined],
    ]);
  });

  test('a value that the operator changes is stored anew, and the others stay', async () => {
    const { run, secret, variables } = world();
    await run('apply');
    const { data } = await secret();
    variables['OPERATOR_KEY'] = 'canary-next';
    expect(actions(await run('apply'))).toEqual([
      ['operator', 'update', 'env:OPERATOR_KEY'],
      ['session', 'none', undefined],
    ]);
    expect((await secret()).data).toEqual({ ...data, OPERATOR_KEY: 'canary-next' });
  });

  test('a copy that is lost is written again', async () => {
    const { run, secret, folder } = world();
    await run('apply');
    rmSync(join(folder, 'secrets/session_secret'));
    const { version, data } = await secret();
    expect((await run('plan')).at(1)).toMatchObject({ action: 'update', copies: ['files:session_secret'] });
    expect((await run('apply')).at(1)).toMatchObject({ action: 'update', copies: ['files:session_secret'] });
    expect(readFileSync(join(folder, 'secrets/session_secret'), 'utf8')).toBe(data['SESSION_SECRET']);
    expect((await secret()).version).toBe(version);
  });

  test('a value from a file that NAME_FILE names is read without the line end of an editor', async () => {
    const { run, secret, folder, variables } = world();
    delete variables['OPERATOR_KEY'];
    variables['OPERATOR_KEY_FILE'] = 'key.txt';
    writeFileSync(join(folder, 'key.txt'), 'canary-file\n');
    await run('apply');
    expect((await secret()).data['OPERATOR_KEY']).toBe('canary-file');
    variables['OPERATOR_KEY'] = 'canary-both';
    expect(await run('apply')).toMatchObject([
      {
        action: 'failed',
        needs_operator: true,
        reason: 'OPERATOR_KEY and OPERATOR_KEY_FILE are both set. Set one of them.',
      },
      { action: 'none' },
    ]);
  });
});

describe('a key that nobody gives', () => {
  test('is blocked with the variable, the place and the steps, and the others are stored', async () => {
    const { run, secret, variables, path } = world();
    delete variables['OPERATOR_KEY'];
    expect((await run('apply'))[0]).toEqual({
      id: 'operator',
      action: 'blocked',
      state: 'missing',
      place: `main:secret/data/${path}#OPERATOR_KEY`,
      reason: 'no source gives a value',
      steps: 'Ask the provider for a key. Set OPERATOR_KEY or OPERATOR_KEY_FILE, then run this again.',
      needs_operator: true,
      copies: [],
    });
    expect(Object.keys((await secret()).data)).toEqual(['SESSION_SECRET']);
  });
});

describe('what somebody else did', () => {
  test('a value that was there before Keyward stays, and gets a provenance', async () => {
    const { run, secret, path } = world();
    await bao.call('POST', `secret/data/${path}`, { data: { SESSION_SECRET: 'canary-before', OTHER: 'x' } });
    expect(actions(await run('apply'))[1]).toEqual(['session', 'note', 'found']);
    expect((await secret()).data).toMatchObject({ SESSION_SECRET: 'canary-before', OTHER: 'x' });
    expect(actions(await run('plan'))[1]).toEqual(['session', 'none', undefined]);
  });

  test('a value that was changed by hand is not replaced without a word', async () => {
    const { run, secret, path } = world();
    await run('apply');
    const { data } = await secret();
    await bao.call('POST', `secret/data/${path}`, { data: { ...data, SESSION_SECRET: 'canary-by-hand' } });
    expect((await run('apply'))[1]).toMatchObject({
      action: 'blocked',
      reason: expect.stringContaining('changed by somebody else'),
    });
    expect((await secret()).data['SESSION_SECRET']).toBe('canary-by-hand');
    expect((await run('apply', { accept: true }))[1]).toMatchObject({ action: 'note', source: 'found' });
    expect((await secret()).data['SESSION_SECRET']).toBe('canary-by-hand');
    expect(actions(await run('plan'))[1]).toEqual(['session', 'none', undefined]);
  });

  test('a secret that was deleted comes back only if the operator says so', async () => {
    const { run, secret, path } = world();
    await run('apply');
    await bao.call('DELETE', `secret/data/${path}`);
    expect(actions(await run('apply')).map(([, action]) => action)).toEqual(['blocked', 'blocked']);
    expect(actions(await run('apply', { restore: true })).map(([, action]) => action)).toEqual([
      'create',
      'create',
    ]);
    expect((await secret()).version).toBeGreaterThan(2);
  });

  test('a run that was cut off between the value and its provenance is completed by the next', async () => {
    const { run, secret, path } = world();
    await run('apply');
    await bao.call('POST', `secret/metadata/${path}`, { custom_metadata: {} });
    const before = await secret();
    expect(actions(await run('apply')).map(([, action]) => action)).toEqual(['note', 'note']);
    expect(await secret()).toEqual(before);
    expect(actions(await run('plan')).map(([, action]) => action)).toEqual(['none', 'none']);
  });
});

describe('before anything is stored', () => {
  test.for([
    ['mount: secret', 'mount: kv', /The mount kv is missing/],
    [
      'login: { method: token, token: { env: VAULT_TOKEN } }',
      'login: { method: token, token: { env: OPERATOR_KEY } }',
      /Vault does not accept the token/,
    ],
    ['directory: secrets', 'directory: taken/secrets', /cannot be written/],
  ] as const)('a wrong manifest ends the run: %s', async ([from, to, message]) => {
    const { run, path, folder } = world();
    const other = `version: 1
sinks:
  main: { type: vault, address: '${bao.address}', login: { method: token, token: { env: VAULT_TOKEN } } }
  files: { type: files, directory: secrets }
keys:
  session:
    sources: [{ random: {} }]
    store:
      - { sink: main, mount: secret, path: '${path}', field: SESSION_SECRET }
      - { sink: files, name: session_secret }
`;
    writeFileSync(join(folder, 'taken'), '');
    await expect(run('apply', { manifest: other.replace(from, to) })).rejects.toThrow(message);
    await expect(bao.call('GET', `secret/data/${path}`)).rejects.toThrow(/404/);
  });
});

test('no report and no error holds a value', async () => {
  const { run, variables } = world();
  const reports = [...(await run('plan')), ...(await run('apply')), ...(await run('plan'))];
  variables['OPERATOR_KEY'] = 'canary-next';
  reports.push(...(await run('apply')));
  const failed = await run('apply', {
    manifest: 'version: 1\nsinks: {}\nkeys: { a: ${OPERATOR_KEY} }',
  }).catch((error: Error) => error);
  expect(JSON.stringify(reports)).not.toContain('canary');
  expect(failed).toBeInstanceOf(Error);
  expect((failed as Error).message).not.toContain('canary');
});
