import { expect, test } from 'vitest';
import { describeOnBothDatabases } from '../../test/databases.ts';
import { changeState, createOwner, getKey, updateKey, updateOwner, type KeysContext } from '../keys/index.ts';
import type { Actor } from '../access/index.ts';
import { mintActor, mintOne, OPERATOR } from '../keys/keys.fixture.ts';
import { openTestIdentity, openWithAdmin } from './identity.fixture.ts';

type End = (keys: KeysContext, actor: Actor, key: { id: string; owner: { id: string } }) => Promise<unknown>;

/** Changes that end an admin key. */
const ENDS: Record<string, End> = {
  revoke: (keys, actor, { id }) => changeState(keys, actor, { id, verb: 'revoke' }),
  disable: (keys, actor, { id }) => changeState(keys, actor, { id, verb: 'disable' }),
  narrow: (keys, actor, { id }) => updateKey(keys, actor, { id, input: { scopes: ['keys:read'] } }),
  end: (keys, actor, { id }) => updateKey(keys, actor, { id, input: { expires_in_seconds: 60 } }),
  suspend: (keys, actor, { owner }) =>
    updateOwner(keys, actor, { id: owner.id, input: { state: 'suspended' } }),
};

describeOnBothDatabases('two admin keys that end each other at the same moment', (open) => {
  test.each(Object.entries(ENDS))(
    'two simultaneous changes (%s) on two nodes leave one admin key',
    async (_, end) => {
      const { identity, another } = await openTestIdentity(open);
      const nodes = [identity.keys, (await another()).keys] as const;
      for (let round = 0; round < 4; round++) {
        const [a, b] = await Promise.all(
          ['a', 'b'].map(async (name) => {
            const owner = await createOwner(nodes[0], OPERATOR, { name: `${name} ${round}`, kind: 'person' });
            return mintActor(nodes[0], { role: 'admin', owner: owner.id });
          }),
        );
        if (a === undefined || b === undefined) throw new Error('no keys');
        const outcomes = await Promise.allSettled([
          end(nodes[0], a.actor, b.key),
          end(nodes[1], b.actor, a.key),
          end(nodes[0], b.actor, a.key),
        ]);
        const refused = outcomes.flatMap((one) =>
          one.status === 'rejected' ? [one.reason as { code: string }] : [],
        );
        expect(refused.map(({ code }) => code)).toContain('last_admin');
        const keys = await Promise.all([a, b].map(({ key }) => getKey(nodes[0], OPERATOR, key.id)));
        const left = keys.filter(
          ({ storedState, grants, expiresAt, owner }) =>
            storedState === 'active' &&
            grants.includes('*') &&
            expiresAt === null &&
            owner.state === 'active',
        );
        expect(left).toHaveLength(1);
        for (const { key } of [a, b]) await changeState(nodes[0], OPERATOR, { id: key.id, verb: 'revoke' });
      }
    },
  );
});

describeOnBothDatabases('the last key that can do everything', (open) => {
  test('the last admin key may end while an administrator can log in, but not together with that administrator', async () => {
    const { identity, another, admin } = await openWithAdmin(open);
    const nodes = [identity.keys, (await another()).keys] as const;
    for (let round = 0; round < 4; round++) {
      const { key } = await mintOne(nodes[0], { role: 'admin' });
      const { actor } = await mintActor(nodes[0], {
        scopes: ['owners:manage', 'keys:write'],
        owner: 'tests',
      });
      const elsewhere = await createOwner(nodes[0], OPERATOR, { name: `manager ${round}`, kind: 'service' });
      const manager = await mintActor(nodes[0], {
        scopes: ['owners:manage', 'keys:write'],
        owner: elsewhere.id,
      });
      await Promise.allSettled([
        changeState(nodes[0], actor, { id: key.id, verb: 'revoke' }),
        updateOwner(nodes[1], manager.actor, { id: admin.ownerId, input: { state: 'suspended' } }),
      ]);
      const { storedState } = await getKey(nodes[0], OPERATOR, key.id);
      const isKeyLeft = storedState === 'active';
      const isUserLeft = await nodes[0].administrators.hasOther(nodes[0].storage.db, undefined, false);
      expect([isKeyLeft, isUserLeft].filter(Boolean)).toHaveLength(1);
      await changeState(nodes[0], OPERATOR, { id: key.id, verb: 'revoke' });
      await updateOwner(nodes[0], OPERATOR, { id: admin.ownerId, input: { state: 'active' } });
    }
  });
});
