import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { describeOnBothDatabases } from '../../test/databases.ts';
import { StartupError } from '../base/errors.ts';
import { type Storage } from '../storage/index.ts';
import { checkMasterKey, Sealing, sealingMigrations } from './index.ts';

const [a, b, c] = [randomBytes(32), randomBytes(32), randomBytes(32)];

function sealingWith(masterKey: Buffer, ...previous: Buffer[]): Sealing {
  return Sealing.open({ masterKey, previous: previous.map((key) => key.toString('base64')) });
}

describeOnBothDatabases('the check that a database belongs to the master key', (open) => {
  async function ready(): Promise<Storage> {
    const { storage } = await open(sealingMigrations);
    return storage;
  }

  it('the check of the master key passes on the first start and on every later one with the same key', async () => {
    const storage = await ready();
    for (let start = 0; start < 3; start++) {
      expect(await checkMasterKey(storage, sealingWith(a), start)).toEqual({ missing: [] });
    }
  });

  it('the check of the master key refuses another master key and says what to set', async () => {
    const storage = await ready();
    await checkMasterKey(storage, sealingWith(a), 1);
    const check = checkMasterKey(storage, sealingWith(b), 2);
    await expect(check).rejects.toThrow(StartupError);
    await expect(check).rejects.toThrow(
      /not the one this database was made with.*KEYWARD_PREVIOUS_MASTER_KEYS/,
    );
    await expect(check).rejects.not.toThrow(b.toString('base64'));
  });

  it('the check of the master key accepts a new master key if the old one is named as previous, and then guards the new one', async () => {
    const storage = await ready();
    await checkMasterKey(storage, sealingWith(a), 1);
    expect(await checkMasterKey(storage, sealingWith(b, a), 2)).toEqual({ missing: [] });
    await expect(checkMasterKey(storage, sealingWith(a), 3)).rejects.toThrow(StartupError);
    await expect(checkMasterKey(storage, sealingWith(c, a), 3)).rejects.toThrow(StartupError);
    const fingerprint = sealingWith(a).fingerprint;
    expect(await checkMasterKey(storage, sealingWith(b), 4)).toEqual({ missing: [fingerprint] });
  });

  it('the check of the master key allows a rotation to be reverted', async () => {
    const storage = await ready();
    await checkMasterKey(storage, sealingWith(a), 1);
    await checkMasterKey(storage, sealingWith(b, a), 2);
    await checkMasterKey(storage, sealingWith(a, b), 3);
    expect(await checkMasterKey(storage, sealingWith(a), 4)).toEqual({
      missing: [sealingWith(b).fingerprint],
    });
  });

  it('the check of the master key detects an overwritten fingerprint', async () => {
    const storage = await ready();
    await checkMasterKey(storage, sealingWith(a), 1);
    const forged = sealingWith(b).fingerprint;
    await storage.transaction((tx) => sql`update sealing_check set fingerprint = ${forged}`.execute(tx));
    await expect(checkMasterKey(storage, sealingWith(b), 2)).rejects.toThrow(StartupError);
  });

  it('the check of the master key admits only one of two different keys if both start first', async () => {
    const database = await open(sealingMigrations);
    const second = await database.reopen();
    const checks = await Promise.allSettled([
      checkMasterKey(database.storage, sealingWith(a), 1),
      checkMasterKey(second, sealingWith(b), 1),
    ]);
    expect(checks.map((check) => check.status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});
