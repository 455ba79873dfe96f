import type { Sealing } from '../sealing/index.ts';
import { defineModule, type Opening } from '../storage/index.ts';
import { settingsMigrations } from './migrations.ts';
import { Settings } from './settings.ts';

export const settingsModule = defineModule({
  migrations: settingsMigrations,
  open: (given: Opening & { sealing: Sealing }) => ({ settings: new Settings(given) }),
});
