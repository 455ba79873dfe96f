import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { describeOnBothDatabases } from '../../test/databases.ts';
import { createOwner, deleteOwner, ensureOwner, getOwner, listOwners, updateOwner } from './index.ts';
import { identify, mintActor, mintOne, openTestKeys, OPERATOR } from './keys.fixture.ts';

const taken = { code: 'invalid_input', extras: { errors: [{ field: 'name' }] } };

describeOnBothDatabases('owners', (open) => {
  test('names of owners are unique among those that are not deleted', async () => {
    const { keys } = await openTestKeys(open);
    const owner = await createOwner(keys, OPERATOR, { name: 'a', kind: 'person' });
    await expect(createOwner(keys, OPERATOR, { name: 'a', kind: 'team' })).rejects.toMatchObject(taken);
    const other = await createOwner(keys, OPERATOR, { name: 'b', kind: 'team' });
    await expect(updateOwner(keys, OPERATOR, { id: other.id, input: { name: 'a' } })).rejects.toMatchObject(
      taken,
    );
    await deleteOwner(keys, OPERATOR, owner.id);
    await updateOwner(keys, OPERATOR, { id: other.id, input: { name: 'a' } });
    await expect(getOwner(keys, OPERATOR, owner.id)).rejects.toMatchObject({ code: 'not_found' });
  });

  test('one of several simultaneous creations or renames of an owner succeeds, and the others get the reason', async () => {
    const { keys, another } = await openTestKeys(open);
    const contexts = [keys, (await another()).keys];
    const failures = (outcomes: PromiseSettledResult<unknown>[]) =>
      outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
    const creations = await Promise.allSettled(
      Array.from({ length: 8 }, (_, i) =>
        createOwner(contexts[i % 2]!, OPERATOR, { name: 'x', kind: 'team' }),
      ),
    );
    expect(failures(creations)).toHaveLength(7);
    for (const failure of failures(creations)) expect(failure).toMatchObject(taken);
    const owners = await Promise.all(
      [1, 2, 3, 4].map((i) => createOwner(keys, OPERATOR, { name: `o${i}`, kind: 'team' })),
    );
    const renames = await Promise.allSettled(
      owners.map(({ id }, i) => updateOwner(contexts[i % 2]!, OPERATOR, { id, input: { name: 'y' } })),
    );
    expect(failures(renames)).toHaveLength(3);
    for (const failure of failures(renames)) expect(failure).toMatchObject(taken);
  });

  test('an owner that many requests make on demand at once is made once', async () => {
    const { keys, another } = await openTestKeys(open);
    const contexts = [keys, (await another()).keys];
    const made = await Promise.all(
      Array.from({ length: 8 }, (_, i) =>
        contexts[i % 2]!.storage.transaction((tx) => ensureOwner(tx, { name: 'x', kind: 'service' }, 1)),
      ),
    );
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
  });

  test('two owners that are made at the same moment never share an account', async () => {
    const { keys, another } = await openTestKeys(open);
    const contexts = [keys, (await another()).keys] as const;
    const input = (name: string) => ({ name, kind: 'team' as const });
    for (let round = 0; round < 8; round++) {
      const [first, second] = [`first ${round}`, `second ${round}`];
      await deleteOwner(keys, OPERATOR, (await createOwner(keys, OPERATOR, input(first))).id);
      // The same account under another name.
      const { id } = await createOwner(keys, OPERATOR, input(first));
      await updateOwner(keys, OPERATOR, { id, input: { name: second } });
      await deleteOwner(keys, OPERATOR, id);
      const made = await Promise.all([
        createOwner(contexts[0], OPERATOR, input(first)),
        createOwner(contexts[1], OPERATOR, input(second)),
      ]);
      expect(new Set(made.map(({ account }) => account)).size).toBe(2);
    }
  });

  test('a rename of an owner does not undo a suspension at the same moment', async () => {
    const { keys, another } = await openTestKeys(open);
    const other = await another();
    const { key } = await mintOne(keys);
    const { id } = key.owner;
    for (let round = 0; round < 10; round++) {
      await updateOwner(keys, OPERATOR, { id, input: { state: 'active' } });
      await Promise.all([
        updateOwner(keys, OPERATOR, { id, input: { name: `tests ${round}` } }),
        updateOwner(other.keys, OPERATOR, { id, input: { state: 'suspended' } }),
        updateOwner(keys, OPERATOR, { id, input: { kind: 'team' } }),
      ]);
      expect(await getOwner(keys, OPERATOR, id)).toMatchObject({
        state: 'suspended',
        name: `tests ${round}`,
      });
    }
  });

  test('a change of an owner does not bring it back when it is deleted at the same moment', async () => {
    const { keys, another } = await openTestKeys(open);
    const other = await another();
    for (let round = 0; round < 10; round++) {
      const { id } = await createOwner(keys, OPERATOR, { name: 'brief', kind: 'team' });
      const { secret } = await mintOne(keys, { owner: id });
      await Promise.allSettled([
        updateOwner(keys, OPERATOR, { id, input: { state: 'active' } }),
        deleteOwner(other.keys, OPERATOR, id),
      ]);
      await expect(getOwner(keys, OPERATOR, id)).rejects.toMatchObject({ code: 'not_found' });
      expect((await identify(keys, secret)).code).toBe('revoked');
    }
  });

  test('a key cannot suspend or delete its own owner', async () => {
    const { keys } = await openTestKeys(open);
    const { actor, key } = await mintActor(keys, { role: 'admin' });
    const { id } = key.owner;
    await expect(deleteOwner(keys, actor, id)).rejects.toMatchObject({ code: 'conflict' });
    await expect(updateOwner(keys, actor, { id, input: { state: 'suspended' } })).rejects.toMatchObject({
      code: 'conflict',
    });
    await updateOwner(keys, actor, { id, input: { name: 'renamed' } });
  });

  test('the list of owners pages through all, newest first; without owners:manage it has only the own one', async () => {
    const { keys } = await openTestKeys(open);
    const names = Array.from({ length: 12 }, (_, i) => `o${i}`);
    for (const name of names) await createOwner(keys, OPERATOR, { name, kind: 'team' });
    const seen: string[] = [];
    let cursor: string | null | undefined;
    do {
      const page = await listOwners(keys, OPERATOR, { limit: 5, ...(cursor ? { cursor } : {}) });
      seen.push(...page.items.map(({ name }) => name));
      cursor = page.next_cursor;
    } while (cursor !== null);
    expect(new Set(seen)).toEqual(new Set(['tests', ...names]));
    expect(seen).toHaveLength(13);
    const { actor } = await mintActor(keys, { scopes: ['keys:read'], owner: 'o3' });
    expect((await listOwners(keys, actor, {})).items.map(({ name }) => name)).toEqual(['o3']);
    expect((await listOwners(keys, actor, { q: 'o4' })).items).toEqual([]);
    await expect(listOwners(keys, OPERATOR, { cursor: 'x' })).rejects.toMatchObject({
      code: 'invalid_input',
    });
  });

  test('a search finds an owner by any part of its name, also a later one, or of its id, whatever its case', async () => {
    const { keys } = await openTestKeys(open);
    const { id } = await createOwner(keys, OPERATOR, { name: 'Ätna_Lab', kind: 'team' });
    await createOwner(keys, OPERATOR, { name: 'AtnaXLab', kind: 'team' });
    const gone = await createOwner(keys, OPERATOR, { name: 'Ätna gone', kind: 'team' });
    await deleteOwner(keys, OPERATOR, gone.id);
    const found = async (q: string): Promise<string[]> =>
      (await listOwners(keys, OPERATOR, { q })).items.map(({ name }) => name);
    expect([
      await found('äTNA'),
      await found('A_l'),
      await found('%'),
      await found(id.toUpperCase()),
    ]).toEqual([['Ätna_Lab'], ['Ätna_Lab'], [], ['Ätna_Lab']]);
    await updateOwner(keys, OPERATOR, { id, input: { name: 'Étoile' } });
    expect([await found('ätna'), await found('éTOILE')]).toEqual([[], ['Étoile']]);
    // Made by an older Keyward that runs beside this one.
    await keys.storage.transaction((tx) => sql`update owners set name_folded = null`.execute(tx));
    expect(await found('XLAB')).toEqual(['AtnaXLab']);
  });
});
