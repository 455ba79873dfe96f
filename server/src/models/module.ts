import type { Config } from '../config.ts';
import { defineModule } from '../storage/index.ts';
import { LocalModel } from './local/local-model.ts';
import { modelsMigrations } from './migrations.ts';
import { Models, type ModelsOptions } from './models.ts';

type Given = Omit<ModelsOptions, 'localModel'> & { config: Config };

export const modelsModule = defineModule({
  migrations: modelsMigrations,
  open: (given: Given) => {
    const localModel = localModelOf(given);
    return { localModel, models: new Models({ ...given, localModel }) };
  },
  start: ({ localModel }) => localModel?.start(),
  stop: async ({ localModel, models }) => {
    await localModel?.stop();
    await models.stop();
  },
});

function localModelOf({ config, clock, logger }: Given): LocalModel | undefined {
  const { localModel, environment } = config;
  if (!localModel.enabled) return undefined;
  return new LocalModel({ modelsDir: localModel.modelsDir, environment, clock, logger });
}
