import type { Config } from '../config.ts';
import { defineModule } from '../storage/index.ts';
import { retrievalMigrations } from './migrations.ts';
import type { AskersParts } from './pending/asker.ts';
import { Retrieval, type RetrievalOptions } from './retrieval.ts';

type Given = Omit<RetrievalOptions, 'pgvector' | 'exactMax' | 'heldBytesMax' | 'waitMaxMs' | 'askers'> &
  AskersParts & { config: Config };

export const retrievalModule = defineModule({
  migrations: retrievalMigrations,
  open: ({ config: { pgvector }, keys, budgets, counters, coverage, ...parts }: Given) => {
    const askers = { keys, budgets, counters, coverage };
    return { retrieval: new Retrieval({ ...parts, askers, pgvector }) };
  },
  start: ({ retrieval }) => retrieval.start(),
  stop: ({ retrieval }) => retrieval.stop(),
});
