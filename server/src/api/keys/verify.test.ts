import { beforeAll, expect, test } from 'vitest';
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

  test('exactly as many of many simultaneous verifications are valid as the limit allows', async () => {
    const { secret } = await server.mint({ limits: [{ name: 'm', requests: 25, window_seconds: 60 }] });
    const codes = await Promise.all(Array.from({ length: 100 }, () => codeOf(secret)));
    expect(codes.filter((code) => code === 'valid')).toHaveLength(25);
    expect(codes.filter((code) => code === 'rate_limited')).toHaveLength(75);
  });
});
