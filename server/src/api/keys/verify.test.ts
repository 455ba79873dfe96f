import { beforeAll, describe, expect, test } from 'vitest';
import { describeOnBothServers, type NewKey, type TestServer } from '../../../test/server.ts';
import type { Verdict } from '../../keys/index.ts';

interface Item {
  outcome: string;
  details: { code?: string };
}

describeOnBothServers('POST /v1/keys/verify', (start) => {
  let server: TestServer;
  let whole: NewKey;
  const verify = async (key: string, question: object = {}, by?: string) => {
    const body = { key, ...question };
    const answer = await server.request<Verdict>('POST', '/v1/keys/verify', {
      body,
      ...(by === undefined ? {} : { key: by }),
    });
    expect(answer.status).toBe(200);
    return answer.body;
  };
  const codeOf = async (key: string, question: object = {}) => {
    const { valid, code } = await verify(key, question);
    expect(valid).toBe(code === 'valid');
    return code;
  };
  const after = async (fields: object, verb: string) => {
    const made = await server.mint(fields);
    await server.request('POST', `/v1/keys/${made.id}/${verb}`);
    return made.secret;
  };

  beforeAll(async () => {
    server = await start();
    whole = await server.mint({
      scopes: ['models:use', 'keys:read'],
      selectors: { models: { allow: ['openai/*'], deny: ['openai/x'] }, ips: ['10.0.0.0/8'] },
      metadata: { team: 'a' },
    });
  });

  test('verify answers valid for a valid key, with its owner and scopes', async () => {
    const verdict = await verify(whole.secret, { scope: 'models:use', ip: '10.1.2.3' });
    expect(verdict).toEqual({
      valid: true,
      code: 'valid',
      key_id: whole.id,
      owner: whole.key.owner,
      scopes: ['models:use', 'keys:read'],
      metadata: { team: 'a' },
      limits: [],
      budgets: [],
    });
  });

  test('verify answers every code of the contract', async () => {
    const expired = (await server.mint({ expires_in_seconds: 1 })).secret;
    const limited = (await server.mint({ limits: [{ name: 'm', requests: 2, window_seconds: 60 }] })).secret;
    const spent = (
      await server.mint({ budgets: [{ name: 'b', unit: 'requests', amount: '2', period: 'day' }] })
    ).secret;
    const own = { ip: '10.0.0.1' };
    expect(await codeOf('nothing-of-ours-at-all')).toBe('not_found');
    expect(await codeOf(whole.secret.slice(0, -1))).toBe('malformed');
    expect(await codeOf(await after({}, 'disable'))).toBe('disabled');
    expect(await codeOf(await after({}, 'revoke'))).toBe('revoked');
    expect(await codeOf(await after({}, 'quarantine'))).toBe('quarantined');
    expect(await codeOf(whole.secret, { ...own, scope: 'audit:read' })).toBe('insufficient_scope');
    expect(await codeOf(whole.secret, { ...own, resource: { type: 'model', id: 'openai/x' } })).toBe(
      'forbidden_resource',
    );
    expect(await codeOf(whole.secret, { ...own, resource: { type: 'model', id: 'openai/y' } })).toBe('valid');
    expect(await codeOf(whole.secret, { ip: '11.0.0.1' })).toBe('ip_denied');
    expect(await codeOf(whole.secret, { ip: 'home' })).toBe('ip_denied');
    expect([await codeOf(limited, { cost: 2 }), await codeOf(limited)]).toEqual(['valid', 'rate_limited']);
    expect([await codeOf(spent, { cost: 2 }), await codeOf(spent)]).toEqual(['valid', 'budget_exceeded']);
    await new Promise((resolve) => setTimeout(resolve, 1_050));
    expect(await codeOf(expired)).toBe('expired');
  });

  test('verify answers valid for a quarantined key that reads', async () => {
    const secret = await after({ scopes: ['keys:read', 'models:use'] }, 'quarantine');
    expect(await codeOf(secret, { scope: 'keys:read' })).toBe('valid');
    expect(await codeOf(secret, { scope: 'models:use' })).toBe('quarantined');
  });

  test('verify with consume false takes nothing', async () => {
    const { secret } = await server.mint({
      limits: [{ name: 'm', requests: 3, window_seconds: 60 }],
      budgets: [{ name: 'b', unit: 'requests', amount: '3', period: 'day' }],
    });
    const look = { consume: false };
    for (let i = 0; i < 5; i++)
      expect(await verify(secret, look)).toMatchObject({
        valid: true,
        limits: [{ remaining: 3 }],
        budgets: [{ used: '0' }],
      });
    expect(await verify(secret, { cost: 2 })).toMatchObject({
      limits: [{ remaining: 1 }],
      budgets: [{ used: '2' }],
    });
    expect(await codeOf(secret, { ...look, cost: 1 })).toBe('valid');
    expect(await codeOf(secret, { ...look, cost: 2 })).toBe('rate_limited');
    expect(await codeOf(secret, { cost: 2 })).toBe('rate_limited');
    expect(await verify(secret, look)).toMatchObject({
      limits: [{ remaining: 1 }],
      budgets: [{ used: '2' }],
    });
  });

  test('verify with explain lists each check in order, with its input and its outcome', async () => {
    const question = { scope: 'audit:read', ip: '10.0.0.1', explain: true };
    const { explanation = [] } = await verify(whole.secret, question);
    expect(explanation.map(({ check, outcome, input }) => [check, outcome, input])).toEqual([
      ['form', 'passed', null],
      ['known', 'passed', whole.id],
      ['state', 'passed', 'active'],
      ['address', 'passed', '10.0.0.1'],
      ['scope', 'failed', 'audit:read'],
      ['resource', 'not_reached', null],
      ['limits', 'not_reached', '1'],
      ['budgets', 'not_reached', '1'],
    ]);
    const unknown = await verify('sk-proj-unknown-to-everybody', { explain: true });
    expect(unknown.explanation?.map(({ outcome }) => outcome).slice(0, 3)).toEqual([
      'passed',
      'failed',
      'not_reached',
    ]);
    for (const { detail } of explanation) expect(detail).not.toContain(whole.secret);
  });

  test('verify needs keys:verify, and a refused caller leaves a record', async () => {
    const { secret } = await server.mint({ scopes: ['keys:verify'] });
    expect((await verify(whole.secret, { ip: '1.2.3.4' }, secret)).code).toBe('ip_denied');
    const records = () =>
      server.request<{ items: Item[] }>('GET', `/v1/audit?target=${whole.id}&action=keys.verify`);
    await expect
      .poll(async () => (await records()).body.items.map(({ outcome, details }) => [outcome, details.code]))
      .toContainEqual(['refused', 'ip_denied']);
    expect((await records()).text).not.toContain(whole.secret);
  });

  describe('POST /v1/keys/{id}/explain', () => {
    const explain = async (id: string, body: object = {}, key?: string) =>
      server.request<Verdict>('POST', `/v1/keys/${id}/explain`, {
        body,
        ...(key === undefined ? {} : { key }),
      });

    test('the explanation of a key says which check refuses a use, without the text of the key', async () => {
      const question = { scope: 'models:use', resource: { type: 'model', id: 'openai/x' }, ip: '10.1.2.3' };
      const { status, body } = await explain(whole.id, question);
      expect([status, body.valid, body.code]).toEqual([200, false, 'forbidden_resource']);
      expect(body.explanation?.map(({ check, outcome }) => [check, outcome])).toEqual([
        ['state', 'passed'],
        ['address', 'passed'],
        ['scope', 'passed'],
        ['resource', 'failed'],
        ['limits', 'not_reached'],
        ['budgets', 'not_reached'],
      ]);
    });

    test('the explanation of a key gives the rest of its limits and its budgets, and takes nothing from them', async () => {
      const made = await server.mint({
        limits: [{ name: 'minute', requests: 5, window_seconds: 60 }],
        budgets: [{ name: 'month', unit: 'requests', amount: '9', period: 'month' }],
      });
      await explain(made.id);
      const { body } = await explain(made.id);
      expect([body.valid, body.limits[0]?.name, body.budgets[0]?.used]).toEqual([true, 'minute', '0']);
      expect(body.limits[0]).toMatchObject({ remaining: 5 });
      const { body: key } = await server.request<NewKey['key']>('GET', `/v1/keys/${made.id}`);
      expect(key.last_used_at).toBeNull();
    });

    test('the explanation of a revoked key says that it was revoked', async () => {
      const made = await server.mint({});
      await server.request('POST', `/v1/keys/${made.id}/revoke`);
      const { body } = await explain(made.id);
      expect([body.valid, body.code, body.explanation?.[0]?.detail]).toEqual([
        false,
        'revoked',
        'The key was revoked.',
      ]);
    });

    test('the explanation of a key needs keys:read, and the key of another owner does not exist for it', async () => {
      const { body: owner } = await server.request<{ id: string }>('POST', '/v1/owners', {
        body: { name: `explain ${whole.id}`, kind: 'team' },
      });
      const without = await server.mint({ scopes: ['keys:verify'] });
      expect((await explain(whole.id, {}, without.secret)).status).toBe(403);
      const other = await server.mint({ scopes: ['keys:read'], owner: owner.id });
      expect((await explain(whole.id, {}, other.secret)).status).toBe(404);
      expect((await explain(other.id, {}, other.secret)).status).toBe(200);
    });

    test('the explanation of a key refuses a scope that does not exist with the field', async () => {
      const { status, body } = await explain(whole.id, { scope: 'models:eat' });
      expect([status, (body as unknown as { errors: { field: string }[] }).errors[0]?.field]).toEqual([
        422,
        'scope',
      ]);
    });
  });

  test('exactly as many of many simultaneous verifications are valid as the limit allows', async () => {
    const { secret } = await server.mint({ limits: [{ name: 'm', requests: 25, window_seconds: 60 }] });
    const codes = await Promise.all(Array.from({ length: 100 }, () => codeOf(secret)));
    expect(codes.filter((code) => code === 'valid')).toHaveLength(25);
    expect(codes.filter((code) => code === 'rate_limited')).toHaveLength(75);
  });
});
