import { sql } from 'kysely';
import { beforeEach, expect, test } from 'vitest';
import { describeOnBothDatabases } from '../../test/databases.ts';
import { booksOf, migrate, Together, underPermit, type Db, type Storage } from '../storage/index.ts';
import { nodesMigrations, type Change } from './index.ts';
import { appendChange } from './node-store.ts';
import type { EndedBy } from './run.ts';
import { Runs } from './runs.ts';

const NOW_MS = 1_000_000;

describeOnBothDatabases('writes of a request', (open, dialect) => {
  let storage: Storage;
  let other: Storage;
  /** This process has heard of nothing: whatever is found out is found in the database. */
  let runs: Runs;
  let applied = 0;
  let nowMs = NOW_MS;
  let leaseHolds = true;

  beforeEach(async () => {
    const database = await open();
    ({ storage } = database);
    other = await database.reopen();
    await migrate(storage, nodesMigrations, 1);
    await storage.transaction((tx) => sql`create table things (name text)`.execute(tx));
    applied = 0;
    nowMs = NOW_MS;
    leaseHolds = true;
    runs = new Runs({
      nodeId: 'node_000000000000',
      db: storage.db,
      leaseHolds: () => leaseHolds,
      applied: () => applied,
      nowMs: () => nowMs,
    });
  });

  /** @param staysWithin of the rights that a change leaves. */
  const enter = (
    subject: string,
    endsAt = Infinity,
    staysWithin: (rights: string) => boolean = () => false,
  ) => {
    const endings: EndedBy[] = [];
    const run = runs.enter({
      subjects: () => [subject, 'own_a'],
      end: (by) => void endings.push(by),
      endsAt: () => endsAt,
      staysWithin,
      describe: () => ({ key_id: subject, owner_id: null, route: 'test', startedAt: 0 }),
    });
    return { run, endings };
  };
  const write = (tx: Db) => sql`insert into things values ('thing')`.execute(tx);
  const written = async () => (await sql`select * from things`.execute(storage.db)).rows.length;
  const change = (made: Change, madeBy: string | null = null) =>
    booksOf(other).transaction((tx) => appendChange(tx, made, { nowMs: NOW_MS, madeBy }));
  const revoked: Change = { kind: 'key', subject: 'key_a', ends: true };

  test('the write of a request is refused after a change that ends it, even if this process has not heard of it', async () => {
    const { run } = enter('key_a');
    await underPermit(run, () => storage.transaction(write));
    await change(revoked);
    await expect(underPermit(run, () => storage.transaction(write))).rejects.toMatchObject({
      code: 'key_revoked',
    });
    expect(await written()).toBe(1);
  });

  test('the write of a request is refused after a change that leaves it fewer rights than it needs, and after no other', async () => {
    const { run: good } = enter('key_a', Infinity, (rights) => ['some', 'most'].includes(rights));
    const { run: bad } = enter('key_a', Infinity, (rights) => rights === 'most');
    for (const rights of ['most', 'some'])
      await change({ kind: 'key', subject: 'key_a', ends: true, rights });
    await underPermit(good, () => storage.transaction(write));
    await expect(underPermit(bad, () => storage.transaction(write))).rejects.toMatchObject({
      code: 'forbidden_resource',
    });
    expect(await written()).toBe(1);
  });

  test('of several requests that share a transaction, only the one that a change has ended is refused', async () => {
    const together = new Together<string, string>(storage, async (tx, names) => {
      for (const name of names) await sql`insert into things values (${name})`.execute(tx);
      return [...names];
    });
    const add = (subject: string) => underPermit(enter(subject).run, () => together.add(subject));
    await change(revoked);
    const added = await Promise.allSettled(['key_b', 'key_a', 'key_c'].map(add));
    expect(added.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    const { rows } = await sql<{ name: string }>`select name from things order by name`.execute(storage.db);
    expect(rows).toEqual([{ name: 'key_b' }, { name: 'key_c' }]);
  });

  test('all that an ended request adds to a shared transaction is refused, and the rest is committed in one more run', async () => {
    let runsOfWork = 0;
    const together = new Together<string, string>(storage, async (tx, names) => {
      runsOfWork++;
      for (const name of names) await sql`insert into things values (${name})`.execute(tx);
      return [...names];
    });
    const { run: ended } = enter('key_a');
    const { run: good } = enter('key_b');
    await change(revoked);
    const added = await Promise.allSettled([
      ...['a1', 'a2', 'a3'].map((name) => underPermit(ended, () => together.add(name))),
      ...['b1', 'b2'].map((name) => underPermit(good, () => together.add(name))),
    ]);
    expect(added.map((one) => (one.status === 'fulfilled' ? one.value : 'refused'))).toEqual([
      'refused',
      'refused',
      'refused',
      'b1',
      'b2',
    ]);
    expect([runsOfWork, await written()]).toEqual([2, 2]);
  });

  test('the write of a request is refused if the change commits while its transaction is open', async () => {
    const { run } = enter('key_a');
    const writing = underPermit(run, () =>
      storage.transaction(async (tx) => {
        await write(tx);
        // Where one writes at a time the change waits, and nothing is taken away before the commit.
        if (dialect === 'postgres') await change(revoked);
      }),
    );
    const outcome = await writing.then(
      () => 'committed',
      (error: { code: unknown }) => error.code,
    );
    const expected = dialect === 'postgres' ? ['key_revoked', 0] : ['committed', 1];
    expect([outcome, await written()]).toEqual(expected);
  });

  test('the write of a request is refused if this process hears of the end between the last statement and the commit', async () => {
    const { run } = enter('key_a');
    const seq = await change(revoked);
    const outcome = storage.transaction(async (tx) => {
      const checking = run.check(tx);
      applied = seq;
      runs.apply({ ...revoked, ends: true, rights: null, seq, madeBy: null });
      await checking;
    });
    await expect(outcome).rejects.toMatchObject({ code: 'key_revoked' });
  });

  test('the write of a request is refused also if the request is over and only its work continues', async () => {
    const { run } = enter('key_a');
    await underPermit(run, async () => {
      await storage.transaction(write);
      runs.leave(run);
      await storage.transaction(write);
      await change({ kind: 'owner', subject: 'own_a', ends: true });
      await expect(storage.transaction(write)).rejects.toMatchObject({ code: 'key_revoked' });
    });
    expect(await written()).toBe(2);
  });

  test('the write of a request is not refused after a change of others, one that ends nothing, or its own', async () => {
    const { run } = enter('key_a');
    await change({ ...revoked, subject: 'key_b' });
    await change({ ...revoked, ends: false });
    await change(revoked, run.id);
    await underPermit(run, () => storage.transaction(write));
    expect(await written()).toBe(1);
  });

  test('the write of a request is refused if nobody knows the changes since the request was over', async () => {
    const { run } = enter('key_a');
    runs.leave(run);
    await change({ ...revoked, subject: 'key_b' });
    await change({ ...revoked, subject: 'key_b' });
    await storage.transaction((tx) => sql`delete from node_changes where seq = 1`.execute(tx));
    await expect(underPermit(run, () => storage.transaction(write))).rejects.toMatchObject({
      code: 'key_revoked',
    });
  });

  test('the write of a request is refused once its key has expired', async () => {
    const { run, endings } = enter('key_a', NOW_MS + 10);
    await underPermit(run, () => storage.transaction(write));
    nowMs += 10;
    await expect(underPermit(run, () => storage.transaction(write))).rejects.toMatchObject({
      code: 'key_revoked',
    });
    const idle = enter('key_c', NOW_MS + 10);
    runs.endExpired();
    expect([endings, idle.endings]).toEqual([[], ['key_revoked']]);
  });

  test('a request begins nothing elsewhere that no transaction can revert, once its key has ended', async () => {
    const open = enter('key_a').run;
    expect(open.stands()).toBeUndefined();
    leaseHolds = false;
    await expect(open.stands()).resolves.toBeUndefined();
    const over = enter('key_a').run;
    runs.leave(over);
    await expect(over.stands()).resolves.toBeUndefined();
    await change(revoked);
    await expect(open.stands()).rejects.toMatchObject({ code: 'key_revoked' });
    leaseHolds = true;
    await expect(over.stands()).rejects.toMatchObject({ code: 'key_revoked' });
  });

  test('a signal tells all work of a request that the request has ended', () => {
    const { run } = enter('key_a');
    const { signal } = run;
    runs.apply({ ...revoked, ends: true, rights: null, seq: 1, madeBy: null });
    expect([signal.aborted, enter('key_b').run.signal.aborted]).toEqual([true, false]);
  });

  test('after the end of a request the server still writes its counts and leases', async () => {
    const { run } = enter('key_a');
    await change(revoked);
    await underPermit(run, () => booksOf(storage).transaction(write));
    expect(await written()).toBe(1);
  });

  test('the error of an ended request says by its code what ended it', async () => {
    const kinds = ['key', 'owner', 'secret', 'session', 'user', 'access', 'stop'] as const;
    const codes: Record<string, unknown> = {};
    for (const kind of kinds) {
      const { run } = enter(`subject_${kind}`);
      await change({ kind, subject: `subject_${kind}`, ends: true });
      codes[kind] = await underPermit(run, () => storage.transaction(write)).catch(
        (error: { code: unknown }) => error.code,
      );
    }
    expect(codes).toEqual({
      key: 'key_revoked',
      owner: 'key_revoked',
      secret: 'key_revoked',
      session: 'session_ended',
      user: 'session_ended',
      access: 'forbidden_resource',
      stop: 'request_stopped',
    });
  });
});
