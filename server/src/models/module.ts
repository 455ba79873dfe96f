import type { Config } from '../config.ts';
import { defineModule } from '../storage/index.ts';
import { LocalModel } from './local/local-model.ts';
import { modelsMigrations } from './migrations.ts';
import { Models, type ModelsOptions } from './models.ts';

type Given = Required<Omit<ModelsOptions, 'localModel'>> & { config: Config };

export const modelsModule = defineModule({
  migrations: modelsMigrations,
  open: (given: Given) => {
    const { localModel: settings, environment } = given.config;
    const localModel = settings.enabled
      ? new LocalModel({ ...given, modelsDir: settings.modelsDir, environment })
      : undefined;
    return { localModel, models: new Models({ ...given, localModel }) };
  },
  start: ({ localModel, models }) => {
    localModel?.start();
    models.responses.cleaning.start();
  },
  stop: async ({ localModel, models }) => {
    await localModel?.stop();
    await models.responses.cleaning.stop();
    await models.stop();
  },
});
