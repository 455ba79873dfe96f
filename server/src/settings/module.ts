import type { Audit } from '../audit/index.ts';
import type { Clock } from '../base/clock.ts';
import type { Sealing } from '../sealing/index.ts';
import { defineModule } from '../storage/index.ts';
import type { Storage } from '../storage/index.ts';
import { Environment } from './environment.ts';
import type { EnvironmentContext } from './environment.ts';
import { settingsMigrations } from './migrations.ts';
import { Settings } from './settings.ts';

interface Given {
  storage: Storage;
  sealing: Sealing;
  clock: Clock;
  audit: Audit;
  settingNames: EnvironmentContext['names'];
}

export const settingsModule = defineModule({
  migrations: settingsMigrations,
  open: ({ storage, sealing, clock, audit, settingNames: names }: Given) => {
    const settings = new Settings({ storage, sealing, clock });
    return { settings, environment: new Environment({ audit, settings, names }) };
  },
});
