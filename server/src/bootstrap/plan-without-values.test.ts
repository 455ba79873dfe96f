import { expect, test } from 'vitest';
import { useOpenBao } from '../../test/openbao.ts';
import { Bootstrap } from './bootstrap.ts';
import { readManifest } from './manifest/read-manifest.ts';
import { openSinks } from './open-sinks.ts';

const CANARY = 'canary-hidden-6d';
const bao = useOpenBao();

const MANIFEST = `version: 1
sinks:
  main: { type: vault, address: '\${ADDRESS}', login: { method: token, token: { env: TOKEN } } }
keys:
  one:
    sources: [{ env: ONE }]
    store: [{ sink: main, mount: secret, path: seen, field: ONE }, { sink: main, mount: secret, path: copy, field: ONE }]
  two: { sources: [{ random: { length: 40 } }], store: [{ sink: main, mount: secret, path: seen, field: TWO }] }
  three: { sources: [{ env: THREE }], store: [{ sink: main, mount: secret, path: gone, field: THREE }] }
`;

/** As one that may do anything, or by a policy without `read` on `data/`. */
async function use<T>(token: string, work: (bootstrap: Bootstrap) => Promise<T>): Promise<T> {
  const variables = { ADDRESS: bao.address, TOKEN: token, ONE: CANARY, THREE: CANARY };
  const manifest = readManifest(MANIFEST, 'm.yaml', variables);
  const surroundings = { folder: '/', variables };
  const sinks = await openSinks(manifest, surroundings);
  try {
    return await work(new Bootstrap({ manifest, surroundings, sinks, minters: new Map(), nowMs: Date.now }));
  } finally {
    for (const sink of sinks.values()) await sink.stop();
  }
}

test('plan and status need no right to read values, say what cannot be known, and apply refuses', async () => {
  await bao.call('PUT', 'sys/policies/acl/planner', {
    policy: `path "secret/subkeys/*" { capabilities = ["read"] }
             path "secret/metadata/*" { capabilities = ["read"] }`,
  });
  const { auth } = await bao.call('POST', 'auth/token/create', { policies: ['planner'] });
  const { client_token: planner } = auth as { client_token: string };
  const plan = async () =>
    (await use(planner, (bootstrap) => bootstrap.plan())).map(({ id, action, reason, copies }) => [
      id,
      action,
      reason,
      copies,
    ]);

  expect(await plan()).toEqual([
    ['one', 'create', 'absent', ['main:secret/data/copy#ONE']],
    ['two', 'create', 'absent', []],
    ['three', 'create', 'absent', []],
  ]);
  await use('root', (bootstrap) => bootstrap.apply());
  await bao.call('DELETE', 'secret/data/gone');
  const hidden = (field: string) =>
    `the value in main:secret/data/seen#${field} cannot be read with this token`;
  expect(await plan()).toEqual([
    ['one', 'unknown', hidden('ONE'), []],
    ['two', 'unknown', hidden('TWO'), []],
    ['three', 'blocked', 'the value in main:secret/data/gone#THREE was deleted', []],
  ]);
  await bao.call('DELETE', 'secret/metadata/copy');
  const [one] = await use(planner, (bootstrap) => bootstrap.status());
  expect(one).toMatchObject({
    action: 'unknown',
    copies: ['main:secret/data/copy#ONE'],
    stored_from: 'env:ONE',
    verdict: null,
  });
  await expect(use(planner, (bootstrap) => bootstrap.apply())).rejects.toThrow(
    /lacks read, create, update on secret\/data\/seen/,
  );
  const { data } = await bao.call('GET', 'secret/metadata/seen');
  expect(data).toMatchObject({ current_version: 2 });
});

test('a copy that cannot be read never counts as the same value', async () => {
  await bao.call('PUT', 'sys/policies/acl/half', {
    policy: `path "secret/data/seen" { capabilities = ["read"] }
             path "secret/data/gone" { capabilities = ["read"] }
             path "secret/data/keyward/*" { capabilities = ["read"] }
             path "secret/subkeys/*" { capabilities = ["read"] }
             path "secret/metadata/*" { capabilities = ["read"] }`,
  });
  const { auth } = await bao.call('POST', 'auth/token/create', { policies: ['half'] });
  const { client_token: half } = auth as { client_token: string };
  await bao.call('POST', 'secret/data/gone', { data: { THREE: CANARY } });
  await use('root', (bootstrap) => bootstrap.apply());
  const [one, two] = await use(half, (bootstrap) => bootstrap.plan());
  expect(one).toMatchObject({
    action: 'unknown',
    reason: 'the value in main:secret/data/copy#ONE cannot be read with this token',
    place: 'main:secret/data/seen#ONE',
  });
  expect(two).toMatchObject({ action: 'none' });
});
