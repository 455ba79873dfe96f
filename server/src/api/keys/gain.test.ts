import { beforeAll, describe, expect, test } from 'vitest';
import { describeOnBothServers, type TestServer } from '../../../test/server.ts';
import type { OwnerView } from '../../keys/index.ts';
import { Family, MAKES, tokens, type Problem } from './children.fixture.ts';

describeOnBothServers('what a key gains', (start) => {
  let server: TestServer;
  let family: Family;
  beforeAll(async () => {
    server = await start();
    family = new Family(server);
  });

  describe('rotating, enabling and restoring', () => {
    test('a bounded key gets a new secret only of itself and its children, not of a sibling, an ancestor or a stranger', async () => {
      const root = await server.mint({ ...MAKES, budgets: tokens('60') });
      const [one, two] = [
        await family.childOf(root, { ...MAKES, budgets: tokens('10') }),
        await family.childOf(root, { ...MAKES, budgets: tokens('60') }),
      ];
      const below = await family.childOf(one, { ...MAKES, budgets: tokens('10') });
      const stranger = await server.mint({ scopes: ['models:use'], budgets: tokens('10') });
      for (const { id } of [root, two, stranger]) {
        const refused = await family.post(`/v1/keys/${id}/rotate`, {}, one.secret);
        expect([refused.status, refused.body.code]).toEqual([403, 'scope_escalation']);
      }
      for (const { id } of [below, one])
        expect((await family.post(`/v1/keys/${id}/rotate`, {}, one.secret)).status).toBe(200);
      for (const [ends, back] of [
        ['disable', 'enable'],
        ['revoke', 'restore'],
      ]) {
        await family.post(`/v1/keys/${two.id}/${ends}`);
        expect((await family.post(`/v1/keys/${two.id}/${back}`, {}, one.secret)).status).toBe(403);
        await family.post(`/v1/keys/${below.id}/${ends}`);
        expect((await family.post(`/v1/keys/${below.id}/${back}`, {}, one.secret)).status).toBe(200);
      }
    });

    test("a key under an owner's budget gets no secret of another owner's key", async () => {
      const owner = await family.newOwner('poor', { budgets: tokens('10') });
      const manager = await server.mint({ scopes: ['*'], owner: owner.id });
      const [own, other] = [
        await server.mint({ ...MAKES, owner: owner.id }),
        await server.mint({ ...MAKES }),
      ];
      expect((await family.post(`/v1/keys/${own.id}/rotate`, {}, manager.secret)).status).toBe(200);
      expect((await family.post(`/v1/keys/${other.id}/rotate`, {}, manager.secret)).status).toBe(403);
    });
  });

  describe('changing its own bounds', () => {
    const hour = { name: 'l', requests: 500, window_seconds: 3600 };
    const budget = { name: 'b', unit: 'tokens', amount: '60', period: 'day' };
    const other = { ...budget, name: 'other' };

    test('a key never renames, widens, moves or drops a limit or a budget of its own, nor its end', async () => {
      const bounds = { limits: [hour], budgets: [budget], expires_in_seconds: 3600 };
      const key = await server.mint({ scopes: ['*'], selectors: { models: { allow: ['a*'] } }, ...bounds });
      const child = await family.childOf(key, { scopes: ['*'], selectors: { models: { allow: ['a*'] } } });
      const loosened = [
        { budgets: [] },
        { budgets: [other] },
        { budgets: [{ ...budget, amount: '61' }] },
        { budgets: [{ ...budget, period: 'hour' }] },
        { budgets: [{ ...budget, period: 'month' }] },
        { budgets: [{ ...budget, unit: 'requests' }] },
        { limits: [] },
        { limits: [{ ...hour, name: 'other' }] },
        { limits: [{ ...hour, requests: 501 }] },
        { limits: [{ ...hour, window_seconds: 60 }] },
        { limits: [{ name: 'l', concurrent: 1 }] },
        { expires_at: null },
        { expires_in_seconds: 7200 },
        { selectors: { models: { allow: [] } } },
      ];
      for (const change of loosened) {
        for (const by of [key, child]) {
          const refused = await family.patch(key.id, change, by.secret);
          expect([change, refused.status, refused.body.code]).toEqual([change, 403, 'scope_escalation']);
          expect(refused.body.errors?.[0]?.field).toMatch(
            new RegExp(`^${Object.keys(change)[0]?.slice(0, 7)}`),
          );
        }
      }
      const narrower = {
        budgets: [{ ...budget, amount: '50' }, other],
        limits: [{ ...hour, requests: 400 }],
      };
      expect((await family.patch(key.id, { ...narrower, expires_in_seconds: 60 }, key.secret)).status).toBe(
        200,
      );
      expect((await family.patch(key.id, { name: 'renamed' }, key.secret)).status).toBe(200);
    });

    test('a bounded key loosens only keys below it', async () => {
      const bounded = await server.mint({ scopes: ['*'], budgets: [budget] });
      const sibling = await server.mint({ scopes: ['models:use'], budgets: [{ ...budget, amount: '5' }] });
      const raised = { budgets: [budget] };
      expect((await family.patch(sibling.id, raised, bounded.secret)).status).toBe(403);
      const below = await family.childOf(bounded, { ...MAKES, budgets: [{ ...budget, amount: '5' }] });
      expect((await family.patch(below.id, raised, bounded.secret)).status).toBe(200);
      expect((await family.patch(sibling.id, raised)).status).toBe(200);
    });

    test('a key cannot loosen the bounds of its own owner, and a bounded key those of no owner', async () => {
      const owner = await family.newOwner('own', { budgets: [budget], limits: [hour] });
      const manager = await server.mint({ scopes: ['*'], owner: owner.id });
      const child = await family.childOf(manager, { scopes: ['*'], owner: 'admin' });
      const bounded = await server.mint({ scopes: ['*'], budgets: [budget] });
      const change = (body: object, key: string) =>
        server.request<Problem & { owner: OwnerView }>('PATCH', `/v1/owners/${owner.id}`, { key, body });
      for (const key of [manager, child, bounded])
        for (const body of [{ budgets: [] }, { budgets: [other] }, { limits: [] }]) {
          const refused = await change(body, key.secret);
          expect([body, refused.status, refused.body.code]).toEqual([body, 403, 'scope_escalation']);
        }
      expect((await change({ budgets: [budget, other] }, manager.secret)).status).toBe(200);
      const raised = await change({ budgets: [{ ...budget, amount: '100' }], limits: [] }, server.adminKey);
      expect(raised.body.owner).toMatchObject({ limits: [], budgets: [{ amount: '100', used: '0' }] });
    });
  });
});
