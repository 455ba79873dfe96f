import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { useOpenBao } from '../../../test/openbao.ts';
import { CHOOSING, minterOf, type KeyService } from './key-service.fixture.ts';
import { openWorld, type WorldOptions } from './world.fixture.ts';

const bao = useOpenBao();
const world = (options?: WorldOptions) => openWorld(bao, options);

const idOf = ({ keys }: KeyService, key: string) => [...keys.values()].find((one) => one.key === key)?.id;

test('a chosen key whose registration was answered to nobody is found by its label, and a rotation revokes it', async () => {
  const { boot, service, secret, note, rotate } = await world({ source: CHOOSING });
  service.lostAnswers = 1;
  expect(await boot.apply()).toMatchObject([{ action: 'failed', is_unavailable: true }]);
  const first = (await secret()).key;
  expect(await boot.apply()).toMatchObject([{ action: 'note' }]);
  expect(await note()).toMatchObject({ 'service-key-id': idOf(service, first) });
  const firstId = idOf(service, first);
  expect(await rotate()).toMatchObject({ action: 'rotated', revoked: [firstId] });
  expect([...service.keys.values()].map(({ key }) => key)).toEqual([(await secret()).key]);
});

test('a chosen key without a known id keeps the rotation from revoking it early, also if its provenance was written', async () => {
  const { boot, service, secret, rotate, setNote, note } = await world({ source: CHOOSING });
  service.lostAnswers = 1;
  await boot.apply();
  const first = (await secret()).key;
  await boot.apply();
  const { 'service-key-id': _, ...without } = (await note()) as Record<string, string>;
  await setNote({ 'keyward.APP_KEY': JSON.stringify(without) });
  const firstId = idOf(service, first);
  expect(await rotate(false)).toMatchObject({ action: 'open', left: [firstId] });
  expect(service.keys.size).toBe(2);
  expect(await rotate()).toMatchObject({ action: 'rotated', revoked: [expect.any(String)] });
  expect(service.keys.size).toBe(1);
});

test('a replacing run that was killed between store and provenance does not lead gc to the good key', async () => {
  const { boot, id, service, secret, rotate, setNote, note } = await world();
  await boot.apply();
  const before = (await secret()).custom;
  service.keys.clear();
  await boot.apply();
  await setNote(before);
  expect(await boot.gc([id], false)).toMatchObject([{ revoked: [] }]);
  const { key } = await secret();
  expect(idOf(service, key)).toBeDefined();
  expect(await boot.apply()).toMatchObject([{ action: 'note' }]);
  expect(await note()).toMatchObject({ 'service-key-id': idOf(service, key) });
  expect(await rotate()).toMatchObject({ action: 'rotated', revoked: [expect.any(String)] });
  expect([...service.keys.values()].map((one) => one.key)).toEqual([(await secret()).key]);
});

test.for(['apply', 'rotate'] as const)(
  'a rotation of a random value that was killed between store and provenance is completed by %s',
  async (verb) => {
    const { boot, secret, rotate, setNote } = await world({ source: '{ random: { length: 32 } }' });
    await boot.apply();
    const before = (await secret()).custom;
    expect(await rotate(false)).toMatchObject({ action: 'open' });
    await setNote(before);
    const { key } = await secret();
    const done = verb === 'apply' ? (await boot.apply())[0] : await rotate();
    expect(done).toMatchObject(
      verb === 'apply' ? { action: 'note', source: 'random' } : { action: 'rotated' },
    );
    expect(await boot.apply()).toMatchObject([{ action: 'none' }]);
    expect((await secret()).key).toBe(key);
  },
);

test('an operator who brings the former value back while a proof is awaited keeps it from being revoked', async () => {
  const proof = '[{ name: app, proof: { run: [test, -e, proved], timeout_seconds: 20 } }]';
  const { boot, folder, service, secret, rotate, edit } = await world({ more: `consumers: ${proof}` });
  await boot.apply();
  const first = (await secret()).key;
  const rotating = rotate(false);
  await expect.poll(async () => (await secret()).key).not.toBe(first);
  await expect.poll(async () => (await secret()).custom?.['keyward.APP_KEY']).toContain('informed');
  await sleep(300);
  await edit(first);
  writeFileSync(join(folder, 'proved'), '');
  expect(await rotating).toMatchObject({
    action: 'failed',
    reason: expect.stringContaining('was changed meanwhile'),
    revoked: [],
  });
  expect(idOf(service, first)).toBeDefined();
  // Also where the value counts as just stored.
  await boot.apply();
  await rotate();
  expect(idOf(service, (await secret()).key)).toBeDefined();
});

test('a rotation away from a given key says that nobody has revoked that key', async () => {
  const { boot, variables, service, rotate, secret } = await world();
  service.keys.set('own', { id: 'own', label: 'by hand', key: 'canary-own', used: null });
  variables['APP_KEY'] = 'canary-own';
  await boot.apply();
  delete variables['APP_KEY'];
  expect(await rotate()).toMatchObject({
    action: 'rotated',
    revoked: [],
    reason: 'Keyward does not know the id of the former key in service, which may still be good',
    steps: 'Revoke it in service if it was given by hand.',
  });
  expect(service.keys.has('own')).toBe(true);
  expect(await rotate()).not.toHaveProperty('steps');
  expect([...service.keys.values()].map(({ key }) => key)).toContain((await secret()).key);
});

test.for([-3_600_000, 3_600_000])(
  'a former key that is in use is not ended, although the clock of the service differs by %i ms',
  async (skewMs) => {
    const { boot, service, secret, rotate } = await world({ more: 'quiet_seconds: 1' });
    service.skewMs = skewMs;
    await boot.apply();
    const first = (await secret()).key;
    const user = setInterval(
      () => void fetch(`${service.url}/me`, { headers: { authorization: first } }),
      100,
    );
    onTestFinished(() => clearInterval(user));
    const rotating = rotate(false);
    await expect.poll(async () => (await secret()).key).not.toBe(first);
    await sleep(2_000);
    expect(idOf(service, first)).toBeDefined();
    clearInterval(user);
    expect(await rotating).toMatchObject({ action: 'rotated' });
  },
);

test('a value that a machine with a fast clock has stored can be rotated', async () => {
  const { boot, secret, note, setNote, id } = await world();
  await boot.apply();
  const first = (await secret()).key;
  const later = new Date(Date.now() + 3_600_000).toISOString();
  await setNote({ 'keyward.APP_KEY': JSON.stringify({ ...(await note()), 'stored-at': later }) });
  const options = { startedMs: Date.now(), isUnproved: true, onWait: () => undefined };
  expect(await boot.rotate([id], options)).toMatchObject([{ action: 'rotated' }]);
  expect((await secret()).key).not.toBe(first);
});

test('a dead run of a machine with a fast clock is taken over in the usual time', async () => {
  const startMs = Date.now();
  const { boot, intent } = await world({ nowMs: () => startMs + (Date.now() - startMs) * 200 });
  await intent.write({ attempt: 'dead', by: 'elsewhere:1', until: startMs + 1e12, state: 'minting' });
  expect(await boot.apply()).toMatchObject([{ action: 'create' }]);
});

test('a rotation whose copy cannot be written says that the new value is stored, and the next one goes on', async () => {
  const { boot, folder, rotate, secret, service } = await world({
    copies: ', { sink: files, name: app }',
  });
  await boot.apply();
  const first = (await secret()).key;
  // After the rights were asked for.
  service.onVerify = async () => {
    rmSync(join(folder, 'secrets/app'), { recursive: true, force: true });
    mkdirSync(join(folder, 'secrets/app'));
  };
  expect(await rotate()).toMatchObject({
    action: 'failed',
    source: 'mint:http',
    steps: 'The new value is stored, and the former one is still good. Run this again.',
  });
  service.onVerify = () => Promise.resolve();
  rmSync(join(folder, 'secrets/app'), { recursive: true });
  const firstId = idOf(service, first);
  expect(await rotate()).toMatchObject({ action: 'rotated', revoked: [firstId] });
  expect(service.keys.size).toBe(1);
});

test('destroy waits for a run that mints, and leaves no key of it', async () => {
  const { boot, id, service } = await world();
  await boot.apply();
  service.keys.clear();
  const ends: (() => void)[] = [];
  service.onVerify = () =>
    service.keys.size === 0 ? Promise.resolve() : new Promise<void>((end) => ends.push(end));
  const applying = boot.apply();
  await expect.poll(() => ends.length).toBe(1);
  const destroying = boot.destroy([id], false);
  await sleep(400);
  service.onVerify = () => Promise.resolve();
  for (const end of ends) end();
  expect(await applying).toMatchObject([{ action: 'update' }]);
  expect(await destroying).toMatchObject([{ revoked: [expect.any(String)], left: [] }]);
  expect(service.keys.size).toBe(0);
  expect(await boot.destroy([id], false)).toMatchObject([{ revoked: [], removed: [] }]);
});

test('a proof that hangs ends with its own time', async () => {
  const more = 'consumers: [{ name: app, proof: { run: [sleep, "30"], timeout_seconds: 1 } }]';
  const { boot, rotate } = await world({ more });
  await boot.apply();
  const startMs = performance.now();
  expect(await rotate(false)).toMatchObject({
    action: 'open',
    consumers: [{ problem: 'gave no proof within 1 s: sleep did not end within 1 s' }],
  });
  expect(performance.now() - startMs).toBeLessThan(5_000);
});

test.for([
  ['{ random: { length: 32 } }', { reason: 'a store may keep the former value: program:app' }],
  [minterOf(), {}],
] as const)(
  'a rotation does not say that a store behind a program has no former value: %s',
  async ([source, says]) => {
    const command = (script: string) => `[sh, -c, '${script}', sh, '{name}']`;
    const { boot, rotate } = await world({
      source,
      copies: ', { sink: program, name: app }',
      sinks: `program: { type: exec, compare: none, read: { command: ${command('cat "$1" || exit 3')}, absent: { exit: [3], stderr: No such file } }, write: { command: ${command('cat >"$1"')} }, remove: { command: ${command('rm "$1"')} } }`,
    });
    await boot.apply();
    const report = await rotate();
    expect(report).toMatchObject({
      action: 'rotated',
      versions_destroyed: 1,
      may_keep_former: ['program:app'],
      ...says,
    });
    expect('steps' in (report ?? {})).toBe('reason' in says);
  },
);

test('a random value that is brought back by a run that is killed before its provenance is no edited one', async () => {
  const { boot, sinks, path } = await world({ source: '{ random: { length: 32 } }', restore: true });
  await boot.apply();
  await bao.call('DELETE', `secret/data/${path}`);
  const main = sinks.get('main');
  if (main === undefined) throw new Error('There is no sink.');
  let isWritten = false;
  const dying: typeof main = {
    preflight: (...args) => main.preflight(...args),
    read: (place) => main.read(place),
    destroyFormer: (place) => main.destroyFormer(place),
    remove: (place) => main.remove(place),
    stop: () => main.stop(),
    write: async (...args) => {
      await main.write(...args);
      isWritten = true;
    },
    annotate: (...args) => (isWritten ? Promise.reject(new Error('killed')) : main.annotate(...args)),
  };
  sinks.set('main', dying);
  await expect(boot.apply()).rejects.toThrow('killed');
  sinks.set('main', main);
  expect(await boot.apply()).toMatchObject([{ action: 'note' }]);
});
