import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import { describeOnBothWhenSlow, describeOnServer } from '../../../test/server.ts';
import type { NewKey, TestServer } from '../../../test/server.ts';
import { recordChat } from '../../developer/chat/chats.fixture.ts';
import { addUsage, copyChat, copyKey, statementsOf } from './long-work.fixture.ts';

interface List {
  items: { id: string; name: string }[];
  next_cursor: string | null;
}
interface Step {
  start: string;
  group: Record<string, string>;
  requests: number;
  refusals: Record<string, number>;
  tokens_in: number;
}

const KEYS = 3_000;
const HOURS = 40;
const KEYS_PER_HOUR = 150;

describeOnBothWhenSlow('work in slices', (start) => {
  let server: TestServer;
  let copied: NewKey;
  let bound: NewKey;
  beforeAll(async () => {
    server = await start();
    const selectors = { workspaces: { allow: ['open-*'] } };
    bound = await server.mint({ name: 'bound', scopes: ['keys:read', 'usage:read'], selectors });
    await server.mint({
      name: 'rare',
      scopes: ['keys:read'],
      tags: ['rare'],
      expires_in_seconds: 3_600,
      selectors,
    });
    copied = await server.mint({ name: 'common', scopes: ['keys:read'] });
    await copyKey(server, copied.id, KEYS);
    const ownerId = copied.key.owner.id;
    await addUsage(server, { ownerId, keyId: copied.id, hours: HOURS, keys: KEYS_PER_HOUR });
  });

  const namesOf = async (query: string, key?: string): Promise<string[]> => {
    const { body } = await server.request<List>('GET', `/v1/keys?${query}`, key === undefined ? {} : { key });
    return body.items.map(({ name }) => name);
  };

  test('a search in slices finds keys behind thousands of others by tag, expiry and name, and for a bound key', async () => {
    expect(await namesOf('tag=rare')).toEqual(['rare']);
    expect(await namesOf('expiring_within_seconds=7200')).toEqual(['rare']);
    expect(await namesOf('q=rar')).toEqual(['rare']);
    expect(await namesOf('tag=none')).toEqual([]);
    expect(await namesOf('limit=10', bound.secret)).toEqual(['rare', 'bound']);
    expect(await namesOf('limit=10&tag=rare', bound.secret)).toEqual(['rare']);
    const first = await server.request<List>('GET', '/v1/keys?limit=1', { key: bound.secret });
    expect(first.body.next_cursor).not.toBeNull();
    expect(await namesOf(`limit=1&cursor=${first.body.next_cursor}`, bound.secret)).toEqual(['bound']);
  });

  test('a list in slices has the few chats that a key covers among thousands, and pages far behind', async () => {
    for (const name of ['Open Field', 'Closed Field'])
      await server.request('POST', '/v1/workspace/new', { body: { name } });
    await recordChat(server, 'open-field', { prompt: 'first' });
    const { id } = await recordChat(server, 'closed-field', { prompt: 'other' });
    await copyChat(server, id, 2_500);
    await recordChat(server, 'open-field', { prompt: 'last' });
    const selectors = { workspaces: { allow: ['open-*'] } };
    const { secret } = await server.mint({ scopes: ['workspaces:read'], selectors });
    const page = async (offset: number, key: string) =>
      (
        await server.request<{ chats: { prompt: string }[]; hasPages: boolean }>(
          'POST',
          '/v1/admin/workspace-chats',
          { key, body: { offset } },
        )
      ).body;
    const seen = await page(0, secret);
    expect([seen.chats.map(({ prompt }) => prompt), seen.hasPages]).toEqual([['last', 'first'], false]);
    const end = await page(125, server.adminKey);
    expect([end.chats.map(({ prompt }) => prompt), end.hasPages]).toEqual([
      ['other', 'other', 'first'],
      false,
    ]);
    expect((await page(100, server.adminKey)).chats).toHaveLength(20);
    for (const type of ['json', 'jsonl']) {
      const { text } = await server.request('GET', `/v1/system/export-chats?type=${type}`, { key: secret });
      expect([type, text.includes('first'), text.includes('last'), text.includes('other')]).toEqual([
        type,
        true,
        true,
        false,
      ]);
    }
    const all = await server.request('GET', '/v1/system/export-chats?type=json');
    expect(all.text.match(/"other"/g)).toHaveLength(2_501);
  });

  const sumsOf = async (where: string): Promise<[number, number]> => {
    const { rows } = await sql<{ requests: number; tokens: number }>`
      select cast(sum(requests) as bigint) as requests, cast(sum(tokens_in) as bigint) as tokens
      from usage_hours where ${sql.raw(where)}`.execute(server.app.core.storage.db);
    return [rows[0]?.requests ?? 0, rows[0]?.tokens ?? 0];
  };
  const report = async (query: string, path = '/v1/usage'): Promise<Step[]> =>
    (await server.request<{ items: Step[] }>('GET', `${path}?from=2000-01-01T00:00:00Z&${query}`)).body.items;
  const total = (steps: Step[]): [number, number] => [
    steps.reduce((sum, { requests }) => sum + requests, 0),
    steps.reduce((sum, step) => sum + step.tokens_in, 0),
  ];

  test('a usage report in slices has the same sums as one statement', async () => {
    // The requests of this test are usage themselves: of no model.
    const before = 'true';
    for (const query of [
      'step=total',
      'step=month',
      'step=day',
      'step=hour',
      'step=day&group_by=owner,model',
    ]) {
      const steps = await report(query);
      expect([query, total(steps)[1]]).toEqual([query, (await sumsOf(before))[1]]);
      const starts = steps.map((step) => step.start);
      expect(starts).toEqual(starts.toSorted());
      const refused = steps.reduce((sum, step) => sum + (step.refusals['rate_limited'] ?? 0), 0);
      expect([query, refused]).toEqual([query, (await sumsOf(`code = 'rate_limited'`))[0]]);
    }
    const byKey = await report('step=total&group_by=key');
    expect(new Set(byKey.map(({ group }) => group['key'])).size).toBe(byKey.length);
    const one = await report('step=day', `/v1/keys/${copied.id}/usage`);
    expect(total(one)).toEqual(await sumsOf(`key_id = '${copied.id}'`));
    const { secret } = await server.mint({ scopes: ['usage:read'] });
    const own = await server.request<{ items: Step[] }>(
      'GET',
      '/v1/usage?from=2000-01-01T00:00:00Z&step=hour&group_by=model',
      { key: secret },
    );
    expect(total(own.body.items)[1]).toBe((await sumsOf(`owner_id = '${copied.key.owner.id}'`))[1]);
  });
});

/** Statements that these requests send, and the plan that SQLite has for each. */
describeOnServer('sqlite', 'no statement of a list or report', (start) => {
  test('no statement of a list or report walks through a whole table, sorts one, or skips without an index', async () => {
    const server = await start();
    const { id, key } = await server.mint({ scopes: ['*'] });
    const selectors = { workspaces: { allow: ['open-*'] } };
    const bound = (await server.mint({ role: 'admin', selectors })).secret;
    const weak = (await server.mint({ scopes: ['keys:read', 'usage:read'] })).secret;
    await copyKey(server, id, 2_000);
    await addUsage(server, { ownerId: key.owner.id, keyId: id, hours: 30, keys: 100 });
    const { items, next_cursor: cursor } = (await server.request<List>('GET', '/v1/keys?limit=5')).body;
    expect(items).toHaveLength(5);
    const since = 'from=2000-01-01T00:00:00Z';
    const statements = await statementsOf(async () => {
      for (const query of [
        'limit=5',
        `limit=5&cursor=${cursor}`,
        'tag=x',
        'expiring_within_seconds=5',
        'q=x',
        'state=revoked',
      ])
        for (const key of [server.adminKey, bound, weak])
          await server.request('GET', `/v1/keys?${query}`, { key });
      await server.request('GET', '/v1/admin/api-keys');
      await server.request('GET', '/v1/admin/api-keys', { key: weak });
      await server.request('GET', '/v1/owners?limit=1');
      for (const step of ['total', 'hour', 'day', 'month'])
        for (const key of [server.adminKey, weak])
          await server.request('GET', `/v1/usage?${since}&step=${step}`, { key });
      await server.request('GET', `/v1/keys/${id}/usage?${since}&step=month`);
      for (const query of ['', '?action=keys.mint', '?action=keys.*', '?actor=x&target=y'])
        await server.request('GET', `/v1/audit${query}`);
    });
    const database = new DatabaseSync(join(server.dataDir, 'keyward.db'), { readOnly: true });
    try {
      const bad: string[] = [];
      let looked = 0;
      for (const statement of statements) {
        if (!/^\s*(select|with)/i.test(statement)) continue;
        if (!/\b(keys|usage_hours|owners|audit_records|key_secrets)\b/.test(statement)) continue;
        looked++;
        const plan = database
          .prepare(`explain query plan ${statement}`)
          .all()
          .map(({ detail }) => String(detail));
        // A page of keys that was found, by their ids.
        if (/"(?:key_)?id" (?:in \(|= \?)/.test(statement)) continue;
        bad.push(...plan.filter((step) => isLong(step)).map((step) => `${step}: ${statement}`));
      }
      expect(bad).toEqual([]);
      expect(looked).toBeGreaterThan(20);
      // A search looks through one window after the other, and a report adds up one slice after the other.
      const all = [...statements];
      for (const filter of [/replace\(keys\.tags/, /lower\(keys\.name\)/, /coalesce\("?keys"?\.expires_at/])
        expect(all.some((text) => filter.test(text) && /keys\.id\) >= \(/.test(text))).toBe(true);
      expect(all.some((text) => /sum\("requests"\)/.test(text) && /\) <= \(/.test(text))).toBe(true);
    } finally {
      database.close();
    }
  });
});

/** In the order of an index a scan ends with the page. What is grouped is one slice, which its place bounds. */
const isLong = (step: string): boolean =>
  (/^SCAN (keys|usage_hours|owners|audit_records|key_secrets)\b/.test(step) &&
    !/USING (COVERING )?INDEX/.test(step)) ||
  /TEMP B-TREE FOR ORDER BY/.test(step);
