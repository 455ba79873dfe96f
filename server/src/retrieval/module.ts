import type { Config } from '../config.ts';
import { defineModule } from '../storage/index.ts';
import { retrievalMigrations } from './migrations.ts';
import { Retrieval, type RetrievalOptions } from './retrieval.ts';

type Given = Omit<RetrievalOptions, 'pgvector' | 'exactMax' | 'heldBytesMax'> & { config: Config };

export const retrievalModule = defineModule({
  migrations: retrievalMigrations,
  open: ({ config: { pgvector }, ...parts }: Given) => ({ retrieval: new Retrieval({ ...parts, pgvector }) }),
  start: ({ retrieval }) => retrieval.start(),
  stop: ({ retrieval }) => retrieval.stop(),
});
