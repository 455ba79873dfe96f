import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { describeOnBothDatabases } from '../../test/databases.ts';
import { KeywardError } from '../base/errors.ts';
import { allRows, appendOne, auditDatabase, entry, run, T0 } from './audit.fixture.ts';
import { append } from './append.ts';
import { secretNet } from './secret-net.ts';
import { verifyStorage } from './index.ts';

const AT = { nowMs: T0, net: secretNet() };

const SECRET = `sk-kw1${'aB3'.repeat(16)}xy`;

describeOnBothDatabases('appending to the audit log', (open, dialect) => {
  it('200 simultaneous appends on two connections make a chain of audit records without gaps', async () => {
    const database = await auditDatabase(open);
    const storages = [database.storage, await database.reopen()];
    const places = await Promise.all(
      Array.from({ length: 200 }, (_, number) => appendOne(storages[number % 2]!, number)),
    );
    expect(places.map((place) => place.seq).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 200 }, (_, index) => index + 1),
    );
    const { storage } = database;
    expect(await verifyStorage(storage)).toMatchObject({ valid: true, records: 200 });
    const rows = await allRows(storage);
    for (const { seq, hash } of places) expect(rows[seq - 1]!.hash).toBe(hash);
  });

  it('audit records of several processes make one chain', async () => {
    const database = await auditDatabase(open);
    const module = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
    const program = `const { openStorage } = await import(${module('../storage/index.ts')});
      const { append } = await import(${module('./append.ts')});
      const { secretNet } = await import(${module('./secret-net.ts')});
      const storage = await openStorage(process.argv[1]);
      for (let number = 0; number < 100; number++) {
        const entry = { actor: 'cli', action: 'test.append', target: process.argv[2], outcome: 'ok' };
        await storage.transaction((tx) => append(tx, [entry], { nowMs: Date.now(), net: secretNet() }));
      }
      await storage.close();`;
    const runs = ['a', 'b', 'c'].map((name) =>
      promisify(execFile)(process.execPath, ['--input-type=module', '-e', program, database.location, name]),
    );
    await Promise.all(runs);
    expect(await verifyStorage(database.storage)).toMatchObject({ valid: true, records: 300 });
  });

  it('a transaction that is rolled back leaves no audit record and no gap', async () => {
    const { storage } = await auditDatabase(open, 1);
    const work = storage.transaction(async (tx) => {
      await append(tx, [entry(2)], AT);
      throw new Error('the change failed');
    });
    await expect(work).rejects.toThrow('the change failed');
    expect(await allRows(storage)).toHaveLength(1);
    expect((await appendOne(storage, 3)).seq).toBe(2);
    expect(await verifyStorage(storage)).toMatchObject({ valid: true, records: 2 });
  });

  it('a change is refused if its audit record cannot be written', async () => {
    const { storage } = await auditDatabase(open, 1);
    await run(storage, 'create table changed (name text)');
    const change = (details: Record<string, unknown>) =>
      storage.transaction(async (tx) => {
        await sql`insert into changed (name) values ('x')`.execute(tx);
        await append(tx, [{ ...entry(2), details }], AT);
      });
    const tooLarge: unknown = await change({ text: 'x'.repeat(16 * 1024) }).catch((error: unknown) => error);
    expect((tooLarge as KeywardError).code).toBe('too_large');
    await expect(change({ notJson: 1n })).rejects.toThrow(TypeError);
    await expect(change({ at: new Date() })).rejects.toThrow(TypeError);
    await run(storage, 'delete from audit_head');
    await expect(change({})).rejects.toThrow(/no result/);
    expect((await sql`select * from changed`.execute(storage.db)).rows).toEqual([]);
  });

  it('the audit record keeps texts that a database would change or refuse, and still verifies', async () => {
    const { storage } = await auditDatabase(open);
    const odd = 'NUL \u0000, half a pair \ud800, 🗝, "quotes" \\ \u2028';
    const details = { [odd]: odd, __proto__x: -0, large: 1e300, list: [undefined, [null]] };
    const work = storage.transaction((tx) =>
      append(
        tx,
        [
          { ...entry(1), target: odd, actor: `key:${odd}` },
          { ...entry(2), details: { ...details, list: [] } },
        ],
        AT,
      ),
    );
    expect((await work).seq).toBe(2);
    expect(await verifyStorage(storage)).toMatchObject({ valid: true, records: 2 });
  });

  it('no field of an audit record accepts the text of a key', async () => {
    const { storage } = await auditDatabase(open);
    await storage.transaction(async (tx) => {
      const actor = `key:${SECRET}` as const;
      const details = {
        [SECRET]: 1,
        actor_name: `CI ${SECRET}`,
        deep: [{ header: `Bearer ${SECRET}` }],
        upstream: 'sk-proj-abcdefghijklmnopqrstuv',
      };
      await append(tx, [{ actor, action: SECRET, target: SECRET, outcome: 'ok', details }], AT);
      const own = `mine_${SECRET.slice(6)}`;
      await append(tx, [{ ...entry(1), details: { own } }], { nowMs: T0, net: secretNet('mine_') });
    });
    const text = JSON.stringify(await allRows(storage));
    expect(text).not.toContain(SECRET.slice(6));
    expect(text).not.toContain('sk-proj');
    expect(text.match(/\[secret\]/g)).toHaveLength(8);
    expect(await verifyStorage(storage)).toMatchObject({ valid: true, records: 2 });
  });

  it('an audit record keeps the hint of a key readable', async () => {
    const { storage } = await auditDatabase(open);
    await storage.transaction((tx) => append(tx, [{ ...entry(1), details: { hint: 'sk-kw1…a1b2' } }], AT));
    expect((await allRows(storage))[0]!.details).toContain('sk-kw1…a1b2');
  });

  it('no statement can edit or delete an audit record', async () => {
    const { storage } = await auditDatabase(open, 3);
    const attempts = [
      "update audit_records set outcome = 'failed' where seq = 2",
      'delete from audit_records',
    ];
    if (dialect === 'postgres') attempts.push('truncate audit_records');
    for (const statement of attempts) await expect(run(storage, statement)).rejects.toThrow(/append-only/);
    expect(await verifyStorage(storage)).toMatchObject({ valid: true, records: 3 });
  });
});
