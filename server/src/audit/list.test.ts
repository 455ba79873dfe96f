import { expect, it } from 'vitest';
import { describeOnBothDatabases } from '../../test/databases.ts';
import { KeywardError } from '../base/errors.ts';
import { appendOne, auditDatabase, entry, T0 } from './audit.fixture.ts';
import { append } from './append.ts';
import { list, type AuditFilter } from './index.ts';
import { secretNet } from './secret-net.ts';

describeOnBothDatabases('the list of audit records', (open) => {
  it('the list of audit records shows records newest first, in full', async () => {
    const { storage } = await auditDatabase(open, 3);
    const { items, next_cursor } = await list(storage.db, { limit: 50 });
    expect(items.map((item) => item.seq)).toEqual([3, 2, 1]);
    expect(next_cursor).toBeNull();
    expect(items[2]).toEqual({
      seq: 1,
      at: '2026-01-02T03:04:05.679Z',
      actor: 'key:key_actor1',
      action: 'keys.revoke',
      target: 'key_target1',
      outcome: 'ok',
      details: { actor_name: 'CI', number: 1, names: ['b', 'a'], nested: { a: true, z: null } },
      prev_hash: '0'.repeat(64),
      hash: items[1]!.prev_hash,
    });
  });

  it.each<[AuditFilter, number[]]>([
    [{ actor: 'key_actor1' }, [7, 4, 1]],
    [{ actor: 'key:key_actor1' }, [7, 4, 1]],
    [{ actor: 'key_actor' }, []],
    [{ action: 'keys.mint' }, [8, 6, 4, 2]],
    [{ action: 'keys.m*' }, [8, 6, 4, 2]],
    [{ action: 'keys.*' }, [8, 7, 6, 5, 4, 3, 2, 1]],
    [{ action: '*' }, [8, 7, 6, 5, 4, 3, 2, 1]],
    [{ action: 'keys.min' }, []],
    [{ action: 'KEYS.*' }, []],
    [{ action: 'k%*' }, []],
    [{ action: 'zzz.*' }, []],
    [{ fromMs: T0 + 100 }, []],
    [{ target: 'key_target5' }, [5]],
    [{ fromMs: T0 + 3, toMs: T0 + 6 }, [5, 4, 3]],
    [{ actor: 'key_actor1', action: 'keys.mint', fromMs: T0 + 2 }, [4]],
  ])('the list of audit records filters by %j', async (filter, seqs) => {
    const { storage } = await auditDatabase(open, 8);
    const { items } = await list(storage.db, { ...filter, limit: 50 });
    expect(items.map((item) => item.seq)).toEqual(seqs);
  });

  it('the list of audit records has everything once over its pages while records are added', async () => {
    const { storage } = await auditDatabase(open, 7);
    const seen: number[] = [];
    let page = await list(storage.db, { limit: 3 });
    for (;;) {
      seen.push(...page.items.map((item) => item.seq));
      if (page.next_cursor === null) break;
      await appendOne(storage, 100);
      page = await list(storage.db, { limit: 3, cursor: page.next_cursor });
    }
    expect(seen).toEqual([7, 6, 5, 4, 3, 2, 1]);
  });

  it('the list of audit records finds records many windows back', async () => {
    const { storage } = await auditDatabase(open, 3);
    const many = Array.from({ length: 25_000 }, (_, index) => ({ ...entry(index), action: 'other.verb' }));
    await storage.transaction((tx) => append(tx, many, { nowMs: T0 + 100, net: secretNet() }));
    const first = await list(storage.db, { action: 'keys.*', toMs: T0 + 50, limit: 2 });
    expect(first.items.map((item) => item.seq)).toEqual([3, 2]);
    const rest = await list(storage.db, { action: 'keys.*', limit: 2, cursor: first.next_cursor! });
    expect(rest.items.map((item) => item.seq)).toEqual([1]);
    expect(rest.next_cursor).toBeNull();
  });

  it('the list of audit records refuses a cursor or a limit that is not valid, naming it', async () => {
    const { storage } = await auditDatabase(open);
    const base64url = (text: string) => Buffer.from(text).toString('base64url');
    for (const cursor of [
      '',
      'x',
      '5',
      base64url('0'),
      base64url('-1'),
      base64url('1e3'),
      `${base64url('5')}=`,
    ]) {
      const error: unknown = await list(storage.db, { limit: 5, cursor }).catch((error: unknown) => error);
      expect((error as KeywardError).extras.errors?.[0]?.field).toBe('query.cursor');
    }
    for (const limit of [0, 201, 1.5, Number.NaN]) {
      await expect(list(storage.db, { limit })).rejects.toThrow(/query\.limit/);
    }
  });
});
