import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useOpenBao } from '../../test/openbao.ts';
import { Kv } from './kv.ts';
import { Vault } from './vault.ts';

const bao = useOpenBao();
let vault: Vault;
let kv: Kv;
let number = 0;
/** A secret of its own for each test. */
const fresh = () => ({ mount: 'secret', path: `team/app-${++number}` });

beforeAll(async () => {
  vault = new Vault({ address: bao.address, login: { method: 'token', token: bao.rootToken } });
  kv = new Kv(vault);
  await bao.call('POST', 'sys/mounts/old', { type: 'kv', options: { version: '1' } });
});
afterAll(() => vault.stop());

/** A token that may do so much with one path. */
async function tokenWith(policy: Record<string, string[]>): Promise<string> {
  const name = `policy-${++number}`;
  const rules = Object.entries(policy).map(
    ([path, capabilities]) => `path "${path}" { capabilities = ${JSON.stringify(capabilities)} }`,
  );
  await bao.call('PUT', `sys/policies/acl/${name}`, { policy: rules.join('\n') });
  const { auth } = await bao.call('POST', 'auth/token/create', { policies: [name] });
  return (auth as { client_token: string }).client_token;
}

async function kvAs(token: string): Promise<Kv> {
  const other = new Vault({ address: bao.address, login: { method: 'token', token } });
  afterAll(() => other.stop());
  return new Kv(other);
}

describe('reading', () => {
  test('a secret that was never written is absent, with version 0', async () => {
    expect(await kv.read(fresh())).toEqual({ state: 'absent', version: 0 });
  });

  test('a secret is read with the version that its next write has to name', async () => {
    const at = fresh();
    expect(await kv.write(at, { KEY: 'one' }, 0)).toBe(1);
    expect(await kv.read(at)).toEqual({
      state: 'present',
      version: 1,
      custom: {},
      data: { KEY: 'one' },
    });
  });

  test.for(['data', 'destroy'] as const)(
    'a version that was removed by %s is told from one that never was',
    async (how) => {
      const at = fresh();
      await kv.write(at, { KEY: 'one' }, 0);
      await kv.annotate(at, { source: 'env' });
      if (how === 'data') await bao.call('DELETE', `secret/data/${at.path}`);
      else await kv.destroy(at, [1]);
      expect(await kv.read(at)).toEqual({ state: 'deleted', version: 1, custom: { source: 'env' } });
      await expect(kv.write(at, { KEY: 'two' }, 0)).rejects.toMatchObject({ fault: 'cas_mismatch' });
      expect(await kv.write(at, { KEY: 'two' }, 1)).toBe(2);
    },
  );

  test('the names of fields are read without a right to read their values', async () => {
    const at = fresh();
    await kv.write(at, { ONE: 'a', TWO: { deep: 'b' } }, 0);
    const planner = await kvAs(await tokenWith({ [`secret/subkeys/${at.path}`]: ['read'] }));
    expect(await planner.fields(at)).toEqual(['ONE', 'TWO']);
    await expect(planner.read(at)).rejects.toMatchObject({ fault: 'denied', status: 403 });
    expect(await kv.fields(fresh())).toBeUndefined();
  });

  test('names below a path are listed, folders with a slash', async () => {
    await kv.write({ mount: 'secret', path: 'list/a' }, { K: 'v' }, 0);
    await kv.write({ mount: 'secret', path: 'list/b/c' }, { K: 'v' }, 0);
    expect(await kv.list({ mount: 'secret', path: 'list' })).toEqual(['a', 'b/']);
    expect(await kv.list({ mount: 'secret', path: 'nothing' })).toEqual([]);
  });
});

describe('writing', () => {
  test('a write that names another version than the current one is refused, and changes nothing', async () => {
    const at = fresh();
    await kv.write(at, { KEY: 'one' }, 0);
    for (const cas of [0, 2])
      await expect(kv.write(at, { KEY: 'x' }, cas)).rejects.toMatchObject({ fault: 'cas_mismatch' });
    expect(await kv.read(at)).toMatchObject({ version: 1, data: { KEY: 'one' } });
  });

  test('of 20 concurrent first writes exactly one takes place', async () => {
    const at = fresh();
    const writes = Array.from({ length: 20 }, (_, i) =>
      kv.write(at, { KEY: String(i) }, 0).then(
        () => i,
        () => undefined,
      ),
    );
    const done = (await Promise.all(writes)).filter((one) => one !== undefined);
    expect(done).toHaveLength(1);
    expect(await kv.read(at)).toMatchObject({ version: 1, data: { KEY: String(done[0]) } });
  });

  test('a field is set beside others, which stay', async () => {
    const at = fresh();
    await kv.write(at, { ONE: 'a', TWO: 'b' }, 0);
    expect(await kv.writeFields(at, await kv.read(at), { TWO: 'c' })).toBe(2);
    expect(await kv.read(at)).toMatchObject({ data: { ONE: 'a', TWO: 'c' } });
  });

  test('a field is set without the right to PATCH, by writing the whole with the same version', async () => {
    const at = fresh();
    await kv.write(at, { ONE: 'a' }, 0);
    const writer = await kvAs(await tokenWith({ [`secret/data/${at.path}`]: ['read', 'update'] }));
    const read = await writer.read(at);
    expect(await writer.writeFields(at, read, { TWO: 'b' })).toBe(2);
    expect(await kv.read(at)).toMatchObject({ version: 2, data: { ONE: 'a', TWO: 'b' } });
    await expect(writer.writeFields(at, read, { TWO: 'late' })).rejects.toMatchObject({
      fault: 'cas_mismatch',
    });
  });

  test('without the right to write the error names the path and the next step', async () => {
    const at = fresh();
    const reader = await kvAs(await tokenWith({ [`secret/data/${at.path}`]: ['read'] }));
    await expect(reader.write(at, { KEY: 'canary-value' }, 0)).rejects.toThrow(
      new RegExp(`^Vault answers 403 to write secret/data/${at.path}: .*Check the policy of the token`),
    );
    await expect(reader.write(at, { KEY: 'canary-value' }, 0)).rejects.not.toThrow(/canary/);
  });
});

describe('metadata', () => {
  test('custom metadata is merged, and needs no right to PATCH', async () => {
    const at = fresh();
    await kv.write(at, { KEY: 'a' }, 0);
    await kv.annotate(at, { 'managed-by': 'keyward', source: 'http' });
    const writer = await kvAs(
      await tokenWith({ [`secret/metadata/${at.path}`]: ['read', 'create', 'update'] }),
    );
    await writer.annotate(at, { source: 'exec' });
    expect(await kv.metadata(at)).toMatchObject({
      currentVersion: 1,
      custom: { 'managed-by': 'keyward', source: 'exec' },
    });
  });

  test('metadata of a secret that was not written yet keeps its first write at version 1', async () => {
    const at = fresh();
    expect(await kv.metadata(at)).toBeUndefined();
    await kv.annotate(at, { attempt: 'one' });
    expect(await kv.metadata(at)).toMatchObject({ currentVersion: 0, custom: { attempt: 'one' } });
    expect(await kv.read(at)).toEqual({ state: 'absent', version: 0 });
    expect(await kv.write(at, { KEY: 'a' }, 0)).toBe(1);
  });

  test('destroyed versions do not remain, the others do', async () => {
    const at = fresh();
    for (const cas of [0, 1, 2]) await kv.write(at, { KEY: String(cas) }, cas);
    await kv.destroy(at, [1, 2]);
    expect((await kv.metadata(at))?.remaining).toEqual([3]);
    await kv.remove(at);
    expect(await kv.read(at)).toEqual({ state: 'absent', version: 0 });
    await kv.remove(at);
  });
});

describe('a wrong engine', () => {
  test.for([
    ['a mount that is missing', 'nothing-here', /The mount nothing-here is missing/],
    ['KV version 1', 'old', /The mount old is KV version 1/],
    ['another engine', 'sys', /The mount sys is of the type system/],
  ] as const)('%s is named before anything is written', async ([, mount, message]) => {
    await expect(vault.requireKv2(mount)).rejects.toThrow(message);
    await expect(vault.requireKv2(mount)).rejects.toMatchObject({ fault: 'wrong_engine' });
  });

  test('a KV version 2 engine is accepted', async () => {
    await expect(vault.requireKv2('secret')).resolves.toBeUndefined();
  });

  test('reading from a mount that is missing does not look like an absent secret', async () => {
    await expect(kv.read({ mount: 'nothing-here', path: 'a' })).rejects.toMatchObject({
      fault: 'wrong_engine',
    });
  });
});

test.for(['', '/a', 'a//b', '../a', 'a/./b', 'a b', 'a?b', 'a\nb', 'x'.repeat(501)])(
  'a path that Vault would read otherwise is refused: %j',
  async (path) => {
    await expect(kv.read({ mount: 'secret', path })).rejects.toMatchObject({ code: 'invalid_input' });
  },
);
