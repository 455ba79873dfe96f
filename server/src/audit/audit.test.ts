import { expect, it } from 'vitest';
import { describeOnBothDatabases } from '../../test/databases.ts';
import { storageMigrations, type Storage } from '../storage/index.ts';
import { nodesMigrations } from '../nodes/index.ts';
import { allRows, auditOn } from './audit.fixture.ts';
import { auditMigrations } from './index.ts';

const OPERATOR = { kind: 'cli' } as const;
/** The text of a key, of a server whose keys begin with `mine_`. */
const SECRET = `mine_kw1${'aB3'.repeat(16)}xy`;
const ENTRY = { action: 'test.change', target: 'thing' };

describeOnBothDatabases('the audit object', (open) => {
  async function empty(): Promise<Storage> {
    const { storage } = await open([...storageMigrations, ...nodesMigrations, ...auditMigrations]);
    return storage;
  }

  it('an audit record never has the text of a key of this server, whichever way it is written', async () => {
    const storage = await empty();
    const audit = auditOn(storage, { keyPrefix: 'mine_' });
    const entry = { ...ENTRY, target: SECRET, details: { said: SECRET } };
    await audit.change(OPERATOR, async () => ({ result: undefined, entry }));
    await storage.transaction(async (tx) => {
      await audit.record(tx, { kind: 'user', id: 7, name: SECRET }, entry);
      await audit.begun({ kind: 'anonymous' }, entry)(tx);
      await audit.append(tx, [{ ...entry, actor: `key:${SECRET}`, outcome: 'refused' }]);
    });
    const rows = await allRows(storage);
    expect(rows.map(({ actor }) => actor)).toEqual(['cli', 'user:7', 'anonymous', 'key:[secret]']);
    expect(JSON.stringify(rows)).not.toContain(SECRET);
  });

  it('a change that fails, or changes nothing, is neither recorded nor announced', async () => {
    const storage = await empty();
    const audit = auditOn(storage);
    const failing = audit.change(OPERATOR, async () => {
      throw new Error('no change');
    });
    await expect(failing).rejects.toThrow('no change');
    expect(await audit.change(OPERATOR, async () => ({ result: 'unchanged' }))).toBe('unchanged');
    expect(await allRows(storage)).toEqual([]);
  });

  it('a change whose record cannot be written is not made', async () => {
    const storage = await empty();
    const audit = auditOn(storage);
    const details = { long: 'x'.repeat(20_000) };
    const change = audit.change(OPERATOR, async (tx) => {
      await audit.record(tx, OPERATOR, ENTRY);
      return { result: undefined, entry: { ...ENTRY, details } };
    });
    await expect(change).rejects.toThrow('too large');
    expect(await allRows(storage)).toEqual([]);
  });

  it('the beginning of a long change is recorded once', async () => {
    const storage = await empty();
    const begin = auditOn(storage).begun(OPERATOR, ENTRY);
    await storage.transaction(begin);
    await storage.transaction(begin);
    expect((await allRows(storage)).map(({ details }) => details)).toEqual(['{"begun":true}']);
  });
});
