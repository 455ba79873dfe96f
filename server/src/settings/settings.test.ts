import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { describeOnBothDatabases } from '../../test/databases.ts';
import { systemClock } from '../base/clock.ts';
import { Sealing } from '../sealing/index.ts';
import { settingsMigrations } from './migrations.ts';
import { Settings, type SettingChange } from './settings.ts';

describeOnBothDatabases('settings', (open) => {
  const openSettings = async () => {
    const { storage } = await open(settingsMigrations);
    const sealing = Sealing.open({ masterKey: randomBytes(32) });
    const settings = new Settings({ storage, sealing, clock: systemClock });
    const set = (changes: Record<string, SettingChange>) =>
      storage.transaction((tx) => settings.set(tx, changes));
    return { storage, settings, set };
  };

  it('Settings are stored by name, changed, and removed with null', async () => {
    const { settings, set } = await openSettings();
    expect(await settings.get('a')).toBeUndefined();
    await set({ a: { value: 'one' }, b: { value: '' } });
    expect(await settings.many(['a', 'b', 'c'])).toEqual(
      new Map([
        ['a', 'one'],
        ['b', ''],
      ]),
    );
    await set({ a: { value: 'two' }, b: { value: null }, c: { value: null } });
    expect(await settings.many(['a', 'b', 'c'])).toEqual(new Map([['a', 'two']]));
  });

  it('Secret settings are not in the database as text', async () => {
    const { storage, settings, set } = await openSettings();
    await set({ key: { value: 'a secret value', secret: true } });
    expect(await settings.get('key')).toBe('a secret value');
    expect(await settings.isSet('key')).toBe(true);
    const rows = await storage.db
      .withTables<{ settings: { value: string } }>()
      .selectFrom('settings')
      .selectAll()
      .execute();
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain('secret value');
  });

  it('Changes of settings run one after the other, and a change that fails blocks none', async () => {
    const { settings, set } = await openSettings();
    const add = (text: string) =>
      settings.inTurn(async () => set({ list: { value: `${(await settings.get('list')) ?? ''}${text}` } }));
    const fails = settings.inTurn(() => Promise.reject(new Error('no')));
    await expect(fails).rejects.toThrow('no');
    await Promise.all(['a', 'b', 'c', 'd'].map(add));
    expect(await settings.get('list')).toBe('abcd');
  });
});
