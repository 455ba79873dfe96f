import { join } from 'node:path';
import type { Config } from '../config.ts';
import { defineModule } from '../storage/index.ts';
import { Documents, type DocumentsOptions } from './documents.ts';
import { Intake } from './intake.ts';
import { documentsMigrations } from './migrations.ts';

export const documentsModule = defineModule({
  migrations: documentsMigrations,
  open: ({ config, ...given }: DocumentsOptions & { config: Config }) => {
    const documents = new Documents(given);
    const uploadsDir = join(config.dataDir, 'uploads');
    const { fetchPrivate } = config;
    return { documents, intake: new Intake({ ...given, documents, uploadsDir, fetchPrivate }) };
  },
  start: ({ intake }) => intake.start(),
  stop: ({ intake }) => intake.stop(),
});
