import type { Clock } from '../base/clock.ts';
import type { Sealing } from '../sealing/index.ts';
import { defineModule } from '../storage/index.ts';
import type { Storage } from '../storage/index.ts';
import { settingsMigrations } from './migrations.ts';
import { Settings } from './settings.ts';

export const settingsModule = defineModule({
  migrations: settingsMigrations,
  open: (given: { storage: Storage; sealing: Sealing; clock: Clock }) => ({ settings: new Settings(given) }),
});
