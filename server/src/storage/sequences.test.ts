import { expect, test } from 'vitest';
import { describeOnBothDatabases } from '../../test/databases.ts';
import { idLike, migrate, nextId, storageMigrations, type Storage } from './index.ts';

describeOnBothDatabases('numbers of rows', (open) => {
  const opened = async (): Promise<Storage> => {
    const { storage } = await open();
    await migrate(storage, storageMigrations, 1);
    return storage;
  };
  const next = (storage: Storage): Promise<number> => storage.transaction((tx) => nextId(tx, 'things'));
  const like = (storage: Storage, wanted: number): Promise<number> =>
    storage.transaction((tx) => idLike(tx, 'things', wanted));

  test('numbers of rows count up, several at a time, and never below imported numbers', async () => {
    const storage = await opened();
    expect(await next(storage)).toBe(1);
    expect(await storage.transaction((tx) => nextId(tx, 'things', 3))).toBe(2);
    expect(await next(storage)).toBe(5);
  });

  test('an imported row keeps its number if it is free, and otherwise gets the next one', async () => {
    const storage = await opened();
    expect(await like(storage, 3)).toBe(3);
    expect(await like(storage, 7)).toBe(7);
    expect(await next(storage)).toBe(8);
    expect(await like(storage, 5)).toBe(9);
    expect(await like(storage, 9)).toBe(10);
    for (const odd of [0, -1, 1.5, Number.NaN, 2 ** 31]) expect(await like(storage, odd)).toBeGreaterThan(10);
    expect(await next(storage)).toBeLessThan(30);
  });
});
