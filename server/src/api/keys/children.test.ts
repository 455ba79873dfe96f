import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, test } from 'vitest';
import { describeOnBothServers, type NewKey, type TestServer } from '../../../test/server.ts';
import type { KeyView } from '../../keys/index.ts';
import { Family, MAKES, tokens } from './children.fixture.ts';

describeOnBothServers('children of keys', (start) => {
  let server: TestServer;
  let family: Family;
  beforeAll(async () => {
    server = await start();
    family = new Family(server);
  });

  const limited = { limits: [{ name: 'l', requests: 1_000_000, window_seconds: 60 }] };
  const stateOf = async ({ id }: NewKey) =>
    (await server.request<KeyView>('GET', `/v1/keys/${id}`)).body.state;

  describe('who has a parent', () => {
    test('a key with a budget, a limit, an expiry or a parent makes only children, on every route', async () => {
      const owner = await family.newOwner('bounded', { budgets: tokens('100') });
      const free = await server.mint(MAKES);
      const makers = [
        await server.mint({ ...MAKES, budgets: tokens('60') }),
        await server.mint({ ...MAKES, ...limited }),
        await server.mint({ ...MAKES, expires_in_seconds: 600 }),
        await family.childOf(free, { ...MAKES, parent: free.id }),
      ];
      for (const maker of makers) {
        expect((await family.childOf(maker)).key.parent).toBe(maker.id);
        const line = JSON.stringify({
          name: 'in',
          scopes: ['models:use'],
          secret: `own-${maker.id}-0123456789`,
        });
        const headers = { 'content-type': 'application/x-ndjson' };
        const imported = await server.request<{ key_id: string }>('POST', '/v1/keys/import', {
          key: maker.secret,
          body: `${line}\n`,
          headers,
        });
        const { body } = await server.request<KeyView>('GET', `/v1/keys/${JSON.parse(imported.text).key_id}`);
        expect(body.parent).toBe(maker.id);
      }
      const elsewhere = await server.mint({ scopes: ['*'], owner: owner.id });
      expect((await family.childOf(elsewhere)).key.parent).toBeNull();
      expect((await family.childOf(elsewhere, { ...MAKES, owner: 'admin' })).key.parent).toBe(elsewhere.id);
    });

    test('a key of the Developer API that a bounded key makes is its child', async () => {
      const maker = await server.mint({ scopes: ['*'], budgets: tokens('60') });
      const path = '/api/v1/admin/generate-api-key';
      const made = await server.request<{ apiKey: { id: number; secret: string } }>('POST', path, {
        key: maker.secret,
        body: { name: 'all' },
      });
      const self = await server.request<{ key: KeyView }>('GET', '/v1/keys/self', {
        key: made.body.apiKey.secret,
      });
      expect(self.body.key.parent).toBe(maker.id);
    });

    test('lines of an import make children after its key was bounded, and no keys after it ended', async () => {
      const line = (name: string) =>
        `${JSON.stringify({ name, scopes: ['models:use'], secret: `own-${name}-0123456789abcdef` })}\n`;
      const outcomes: string[] = [];
      for (const change of ['bound', 'ended']) {
        const maker = await server.mint(MAKES);
        const sending = request(`${server.url}/v1/keys/import`, {
          method: 'POST',
          headers: { authorization: `Bearer ${maker.secret}`, 'content-type': 'application/x-ndjson' },
        });
        const answered = once(sending, 'response').then(([answer]) => text(answer as IncomingMessage));
        // The answer may come before the rest of the body.
        sending.on('error', () => undefined);
        sending.flushHeaders();
        const isAdmitted = async () =>
          (await server.request<KeyView>('GET', `/v1/keys/${maker.id}`)).body.last_used_at !== null;
        await expect.poll(isAdmitted, { timeout: 10_000 }).toBe(true);
        if (change === 'bound') await family.patch(maker.id, { budgets: tokens('60') });
        else await family.patch(maker.id, { expires_in_seconds: 1 });
        await expect.poll(() => family.opens(maker), { timeout: 5_000 }).toBe(change === 'bound');
        sending.end(line(change));
        const { key_id, outcome, code } = JSON.parse(await answered) as Record<string, string | undefined>;
        outcomes.push(outcome ?? code ?? '');
        if (key_id === undefined) continue;
        const made = await server.request<KeyView>('GET', `/v1/keys/${key_id}`);
        outcomes.push(made.body.parent === maker.id ? 'child' : 'free');
      }
      expect(outcomes).toEqual(['imported', 'child', 'invalid_key']);
    });

    test('an unbounded key may name a parent, or none', async () => {
      const parent = await server.mint({ ...MAKES, budgets: tokens('5') });
      const admin = { secret: server.adminKey } as NewKey;
      const named = await family.childOf(admin, { ...MAKES, parent: parent.id });
      expect([named.key.parent, (await family.childOf(admin)).key.parent]).toEqual([parent.id, null]);
      const audit = await server.request('GET', '/v1/audit?action=keys.mint&limit=10');
      expect(audit.text).toContain(`"parent":"${parent.id}"`);
      const beyond = await family.asking(server.adminKey, { scopes: ['audit:read'], parent: parent.id });
      expect([beyond.status, beyond.body.errors?.[0]?.field]).toEqual([403, 'scopes']);
    });

    test('a parent must exist and be active, and for a bounded maker be the maker or below it', async () => {
      const maker = await server.mint({ ...MAKES, budgets: tokens('60') });
      const other = await server.mint({ ...MAKES });
      const owner = await family.newOwner('hidden');
      const hidden = await server.mint({ ...MAKES, owner: owner.id });
      const below = await family.childOf(await family.childOf(maker));
      expect((await family.childOf(maker, { ...MAKES, parent: below.id })).key.parent).toBe(below.id);
      const answers = [
        await family.asking(maker.secret, { ...MAKES, parent: other.id }),
        await family.asking(other.secret, { ...MAKES, parent: hidden.id }),
        await family.asking(other.secret, { ...MAKES, parent: 'key_000000000000' }),
      ];
      await family.post(`/v1/keys/${below.id}/revoke`);
      answers.push(await family.asking(maker.secret, { ...MAKES, parent: below.id }));
      for (const { status, body } of answers)
        expect([status, body.errors?.[0]?.field]).toEqual([422, 'parent']);
      expect(answers[1]?.body.detail).toBe(answers[2]?.body.detail);
    });

    test('eight generations of keys are possible, a ninth is refused', async () => {
      const line = [await server.mint({ ...MAKES, budgets: tokens('60') })];
      for (let generation = 2; generation <= 8; generation++) line.push(await family.childOf(line.at(-1)!));
      expect(await family.opens(line.at(-1)!)).toBe(true);
      const ninth = await family.asking(line.at(-1)!.secret);
      expect([ninth.status, ninth.body.errors?.[0]?.field]).toEqual([422, 'parent']);
      expect(ninth.body.detail).toContain('generation 8');
      await family.post(`/v1/keys/${line[0]!.id}/revoke`);
      for (const key of line) expect(await family.opens(key)).toBe(false);
    });

    test('the list of keys has the children of a key by its id', async () => {
      const maker = await server.mint({ ...MAKES, budgets: tokens('60') });
      const [one, two] = [await family.childOf(maker), await family.childOf(maker)];
      await family.childOf(one);
      const { body } = await server.request<{ items: KeyView[] }>('GET', `/v1/keys?parent=${maker.id}`);
      expect(body.items.map(({ id }) => id).sort()).toEqual([one.id, two.id].sort());
      const page = await server.request<{ items: KeyView[] }>(
        'GET',
        `/v1/keys?parent=${maker.id}&state=active&q=child&limit=1`,
      );
      expect(page.body.items).toHaveLength(1);
    });
  });

  describe('how a child ends', () => {
    async function threeGenerations() {
      const owner = await family.newOwner(`owner ${Math.random()}`);
      const parent = await server.mint({ scopes: ['*'], budgets: tokens('60'), owner: owner.id });
      const child = await family.childOf(parent, { scopes: ['*'], owner: 'admin' });
      const grandchild = await family.childOf(child);
      for (const key of [child, grandchild]) expect(await family.opens(key)).toBe(true);
      return { owner, parent, child, grandchild };
    }

    test.each([
      ['revoke', 'restore', 'revoked'],
      ['disable', 'enable', 'disabled'],
    ])(
      '%s of an ancestor ends its child in the same change, and %s brings it back',
      async (ends, back, state) => {
        const { parent, child, grandchild } = await threeGenerations();
        const second = await start(server.environment);
        for (const key of [child, grandchild]) expect(await family.opens(key, second)).toBe(true);
        await family.post(`/v1/keys/${parent.id}/${ends}`);
        for (const on of [server, second])
          for (const key of [child, grandchild]) expect(await family.opens(key, on)).toBe(false);
        expect([await stateOf(child), await stateOf(grandchild)]).toEqual([state, state]);
        const listed = await server.request<{ items: KeyView[] }>('GET', `/v1/keys?state=${state}&limit=200`);
        expect(listed.body.items.map(({ id }) => id)).toEqual(
          expect.arrayContaining([child.id, grandchild.id]),
        );
        await family.post(`/v1/keys/${child.id}/disable`);
        await family.post(`/v1/keys/${parent.id}/${back}`);
        expect(await family.opens(grandchild)).toBe(false);
        await family.post(`/v1/keys/${child.id}/enable`);
        for (const on of [server, second]) expect(await family.opens(grandchild, on)).toBe(true);
      },
    );

    test('a suspended owner of an ancestor suspends the child, a deleted one ends it permanently', async () => {
      const { owner, child, grandchild } = await threeGenerations();
      await server.request('PATCH', `/v1/owners/${owner.id}`, { body: { state: 'suspended' } });
      for (const key of [child, grandchild]) expect(await family.opens(key)).toBe(false);
      await server.request('PATCH', `/v1/owners/${owner.id}`, { body: { state: 'active' } });
      for (const key of [child, grandchild]) expect(await family.opens(key)).toBe(true);
      await server.request('DELETE', `/v1/owners/${owner.id}`);
      for (const key of [child, grandchild]) expect(await family.opens(key)).toBe(false);
    });

    test('a quarantined ancestor leaves its child read access, and so does a reported ancestor', async () => {
      const { parent, child } = await threeGenerations();
      await server.request('POST', '/v1/keys/report', { key: null, body: { token: parent.secret } });
      expect(await stateOf(child)).toBe('quarantined');
      expect((await family.asking(child.secret)).status).toBe(403);
      expect((await server.request('GET', '/v1/keys', { key: child.secret })).status).toBe(200);
      const verdict = await family.post<{ code: string }>('/v1/keys/verify', {
        key: child.secret,
        scope: 'keys:write',
      });
      expect(verdict.body.code).toBe('quarantined');
      await family.post(`/v1/keys/${parent.id}/enable`);
      expect((await family.asking(child.secret)).status).toBe(201);
    });

    test('a child ends when the first of its ancestors expires, even if the expiry was set afterwards', async () => {
      const { parent, child, grandchild } = await threeGenerations();
      await family.patch(parent.id, { expires_in_seconds: 1 });
      const { body } = await server.request<KeyView>('GET', `/v1/keys/${grandchild.id}`);
      expect(body.expires_at).not.toBeNull();
      await expect.poll(() => family.opens(grandchild), { timeout: 5_000 }).toBe(false);
      expect([await family.opens(child), await stateOf(child)]).toEqual([false, 'expired']);
    });

    test('a child that would expire later than its maker is refused, one without expiry ends with it', async () => {
      const maker = await server.mint({ ...MAKES, expires_in_seconds: 100 });
      const later = await family.asking(maker.secret, { ...MAKES, expires_in_seconds: 200 });
      expect([later.status, later.body.errors?.[0]?.field]).toEqual([403, 'expires_at']);
      expect((await family.childOf(maker)).key.expires_at).toBe(maker.key.expires_at);
      const { body } = await server.request<{ items: KeyView[] }>(
        'GET',
        `/v1/keys?parent=${maker.id}&expiring_within_seconds=100`,
      );
      expect(body.items).toHaveLength(1);
    });

    test('a rotation of an ancestor does not affect its child', async () => {
      const { parent, child } = await threeGenerations();
      await family.post(`/v1/keys/${parent.id}/rotate`, { overlap_seconds: 0 });
      expect(await family.opens(child)).toBe(true);
    });
  });

  describe('narrowing an ancestor afterwards', () => {
    test('narrowing an ancestor narrows its child at once, in scopes, models, workspaces and addresses', async () => {
      const parent = await server.mint({ scopes: ['*'], budgets: tokens('60') });
      const child = await family.childOf(parent, { scopes: ['*'] });
      const verdict = async (question: object) =>
        (await family.post<{ code: string }>('/v1/keys/verify', { key: child.secret, ...question })).body
          .code;
      const models = (id: string) => verdict({ resource: { type: 'model', id } });
      expect([await verdict({ scope: 'audit:read' }), await models('gpt')]).toEqual(['valid', 'valid']);
      await family.patch(parent.id, {
        scopes: ['keys:*', 'models:use'],
        selectors: { models: { allow: ['llama*'] } },
      });
      expect(await verdict({ scope: 'audit:read' })).toBe('insufficient_scope');
      expect((await server.request('GET', '/v1/audit', { key: child.secret })).status).toBe(403);
      expect([await models('gpt'), await models('llama-3')]).toEqual(['forbidden_resource', 'valid']);
      await family.patch(parent.id, { selectors: { workspaces: { allow: ['docs'] } } });
      const room = (id: string) => verdict({ resource: { type: 'workspace', id } });
      expect([await room('docs'), await room('other')]).toEqual(['valid', 'forbidden_resource']);
      await family.patch(parent.id, { selectors: { ips: ['192.0.2.0/24'] } });
      expect(await family.opens(child)).toBe(false);
      expect([await verdict({ ip: '192.0.2.9' }), await verdict({ ip: '127.0.0.1' })]).toEqual([
        'valid',
        'ip_denied',
      ]);
    });

    test('a narrowed parent can still change a child that holds more, and gives nothing that it lost', async () => {
      const parent = await server.mint({
        scopes: ['keys:*', 'models:use', 'audit:read'],
        budgets: tokens('60'),
      });
      const child = await family.childOf(parent, { scopes: ['keys:*', 'audit:read'] });
      await family.patch(parent.id, { scopes: ['keys:*', 'models:use'] });
      const grandchild = await family.asking(child.secret, { scopes: ['audit:read'] });
      expect([grandchild.status, grandchild.body.code]).toEqual([403, 'scope_escalation']);
      expect((await family.patch(child.id, { name: 'renamed' }, parent.secret)).status).toBe(200);
      expect((await family.patch(child.id, { scopes: ['keys:read'] }, parent.secret)).status).toBe(200);
      expect((await family.patch(child.id, { scopes: ['audit:read'] }, parent.secret)).status).toBe(403);
    });
  });
});
