import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import { describeOnBothDatabases } from '../../../test/databases.ts';
import { openCore } from '../../app.ts';
import { readConfig } from '../../config.ts';
import { changeState, createOwner, getKey, mint, updateOwner, verify } from '../index.ts';
import type { KeysContext, VerifyQuestion } from '../index.ts';
import { mintOne, openTestKeys, OPERATOR } from '../keys.fixture.ts';

const outcomesOf = async (keys: KeysContext, question: VerifyQuestion): Promise<string> => {
  const { explanation = [] } = await verify(keys, { ...question, explain: true });
  return explanation.map(({ check, outcome }) => `${check}:${outcome}`).join(' ');
};

describeOnBothDatabases('verify', (open) => {
  test('verify answers with the code, the key, its owner and its scopes', async () => {
    const { keys } = await openTestKeys(open);
    const { key, secret } = await mintOne(keys, { metadata: { plan: 'pro' }, limits: [limit(5)] });
    const verdict = await verify(keys, { key: secret, scope: 'models:use' });
    expect(verdict).toEqual({
      valid: true,
      code: 'valid',
      key_id: key.id,
      owner: { id: key.owner.id, name: 'tests' },
      scopes: key.grants,
      metadata: { plan: 'pro' },
      limits: [{ ...limit(5), remaining: 4, resets_in_seconds: 60 }],
      budgets: [],
    });
    expect(verify(keys, { key: secret })).not.toBeInstanceOf(Promise);
  });

  test('verify answers every code of a refusal, with the check that failed', async () => {
    const { keys, clock } = await openTestKeys(open);
    const models = { allow: ['openai/*'], deny: [] };
    const make = async () => (await mintOne(keys, { selectors: { models, ips: ['10.0.0.0/8'] } })).secret;
    const gone = async (verb: 'revoke' | 'disable' | 'quarantine') => {
      const { key, secret } = await mintOne(keys);
      await changeState(keys, OPERATOR, { id: key.id, verb, reason: 'because' });
      return secret;
    };
    const good = await make();
    const short = (await mintOne(keys, { expires_in_seconds: 1 })).secret;
    clock.offsetMs += 1_500;
    const model = { type: 'model', id: 'other/x' } as const;
    const quarantined = await gone('quarantine');
    const cases: [VerifyQuestion, string, string][] = [
      [{ key: `${good}x` }, 'malformed', 'form'],
      [{ key: 'unknown-secret-of-others' }, 'not_found', 'known'],
      [{ key: short }, 'expired', 'state'],
      [{ key: await gone('disable') }, 'disabled', 'state'],
      [{ key: await gone('revoke') }, 'revoked', 'state'],
      [{ key: quarantined }, 'quarantined', 'state'],
      [{ key: quarantined, scope: 'models:use' }, 'quarantined', 'state'],
      [{ key: good, ip: '192.0.2.1', scope: 'keys:write', resource: model }, 'ip_denied', 'address'],
      [{ key: good, ip: '10.0.0.1', scope: 'keys:write', resource: model }, 'insufficient_scope', 'scope'],
      [{ key: good, ip: '10.0.0.1', scope: 'models:use', resource: model }, 'forbidden_resource', 'resource'],
    ];
    const order = ['form', 'known', 'state', 'address', 'scope', 'resource', 'limits', 'budgets'];
    for (const [question, code, check] of cases) {
      const verdict = await verify(keys, { ...question, explain: true });
      expect(verdict).toMatchObject({ valid: false, code });
      const explanation = verdict.explanation ?? [];
      expect(explanation.map((one) => one.check)).toEqual(order);
      const at = order.indexOf(check);
      expect(explanation[at]?.outcome).toBe('failed');
      expect(explanation.slice(at + 1).every(({ outcome }) => outcome === 'not_reached')).toBe(true);
      expect(JSON.stringify(verdict)).not.toContain(question.key);
    }
    const reading = await verify(keys, { key: quarantined, scope: 'jobs:read' });
    expect(reading).toMatchObject({
      valid: true,
      code: 'valid',
      limits: [{ name: 'quarantine', requests: 60 }],
    });
  });

  test('the explanation of verify names the passed checks and those that were not asked', async () => {
    const { keys } = await openTestKeys(open);
    const { secret } = await mintOne(keys);
    expect(await outcomesOf(keys, { key: secret })).toBe(
      'form:passed known:passed state:passed address:not_asked scope:not_asked resource:not_asked limits:passed budgets:passed',
    );
  });

  test('a suspended owner disables its keys, and the explanation of verify says so', async () => {
    const { keys } = await openTestKeys(open);
    const owner = await createOwner(keys, OPERATOR, { name: 'team', kind: 'team' });
    const { secret } = await mintOne(keys, { owner: 'team' });
    await verify(keys, { key: secret });
    await updateOwner(keys, OPERATOR, { id: owner.id, input: { state: 'suspended' } });
    const verdict = await verify(keys, { key: secret, explain: true });
    expect(verdict.code).toBe('disabled');
    expect(verdict.explanation?.[2]?.detail).toBe('The owner of the key is suspended.');
  });

  test.for([
    { budgets: [] },
    { budgets: [{ name: 'few', unit: 'requests', amount: '9', period: 'day' }] },
  ] as const)(
    'a look at a key leaves no trace of use; a use without an address keeps the last one: %j',
    async ({ budgets }) => {
      const { keys, clock } = await openTestKeys(open);
      const { key, secret } = await mintOne(keys, { budgets: [...budgets] });
      const uses = async (question: Partial<VerifyQuestion>) => {
        clock.offsetMs += 1_000;
        expect((await verify(keys, { key: secret, ...question })).code).toBe('valid');
        await keys.lastUsed.flush();
        const { lastUsedAt, secrets } = await getKey(keys, OPERATOR, key.id);
        return { lastUsedAt, secrets: secrets.map(({ lastUsedAt: at, lastUsedFrom: from }) => [at, from]) };
      };
      const unused = await uses({ consume: false, ip: '192.0.2.9' });
      expect(unused).toEqual({ lastUsedAt: null, secrets: [[null, null]] });
      const used = await uses({ ip: '192.0.2.1' });
      expect(used.secrets).toEqual([[used.lastUsedAt, '192.0.2.1']]);
      expect(await uses({ consume: false })).toEqual(used);
      expect(await uses({ consume: false, ip: '192.0.2.9' })).toEqual(used);
      const again = await uses({});
      expect(again.lastUsedAt).toBeGreaterThan(used.lastUsedAt ?? 0);
      expect(again.secrets).toEqual([[again.lastUsedAt, '192.0.2.1']]);
    },
  );

  test('verify takes from limits by cost, only shows them without consume, and takes nothing for a refusal', async () => {
    const { keys } = await openTestKeys(open);
    const { secret } = await mintOne(keys, { limits: [limit(5), { name: 'c', concurrent: 1 }] });
    const ask = async (question: Partial<VerifyQuestion>) => {
      const { code, limits } = await verify(keys, { key: secret, ...question });
      return [code, ...limits.map(({ remaining }) => remaining)];
    };
    expect(await ask({ cost: 3 })).toEqual(['valid', 2, 1]);
    expect(await ask({ cost: 2, consume: false })).toEqual(['valid', 2, 1]);
    expect(await ask({ cost: 3, consume: false })).toEqual(['rate_limited', 2, 1]);
    expect(await ask({ cost: 3 })).toEqual(['rate_limited', 2, 1]);
    expect(await ask({ scope: 'keys:write' })).toEqual(['insufficient_scope', 2, 1]);
    expect(await ask({ cost: 2 })).toEqual(['valid', 0, 1]);
    expect(await ask({})).toEqual(['rate_limited', 0, 1]);
  });
});

const limit = (requests: number) => ({ name: 'l', requests, window_seconds: 60 });

describe('verify with budgets', () => {
  test('verify spends request budgets, refuses if one is spent, and shows the use', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'keyward-verify-'));
    onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
    const core = await openCore(readConfig({ KEYWARD_DATA_DIR: dataDir }), pino({ level: 'silent' }), {
      mayMake: true,
    });
    onTestFinished(() => core.stop());
    await createOwner(core.keys, OPERATOR, { name: 'tests', kind: 'service' });
    const { secret } = await mint(core.keys, OPERATOR, {
      name: 'x',
      owner: 'tests',
      role: 'client',
      budgets: [{ name: 'few', unit: 'requests', amount: '3', period: 'day' }],
    });
    const ask = async (question: Partial<VerifyQuestion> = {}) => {
      const { code, budgets } = await verify(core.keys, { key: secret, ...question });
      return [code, budgets[0]?.used];
    };
    expect(await ask({ consume: false })).toEqual(['valid', '0']);
    expect(await ask({ cost: 2 })).toEqual(['valid', '2']);
    expect(await ask({ cost: 2 })).toEqual(['budget_exceeded', '2']);
    expect(await ask()).toEqual(['valid', '3']);
    expect(await ask({ consume: false })).toEqual(['budget_exceeded', '3']);
    expect(await ask()).toEqual(['budget_exceeded', '3']);
    expect(await ask({ scope: 'keys:write' })).toEqual(['insufficient_scope', '3']);
    expect(await outcomesOf(core.keys, { key: secret })).toMatch(/limits:passed budgets:failed$/);
  });
});
