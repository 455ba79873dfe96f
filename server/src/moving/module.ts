import type { Retrieval } from '../retrieval/index.ts';
import { defineModule } from '../storage/index.ts';
import { Embeddings, type EmbeddingsOptions } from './embeddings.ts';
import { movingMigrations } from './migrations.ts';

export const movingModule = defineModule({
  migrations: movingMigrations,
  open: (given: EmbeddingsOptions & { retrieval: Retrieval }) => ({ embeddings: new Embeddings(given) }),
  start: ({ embeddings }) => embeddings.start(),
  // At the same time: an embedding that waits for the model fails at once.
  stop: async ({ embeddings, retrieval }) => {
    await Promise.all([embeddings.stop(), retrieval.stop()]);
  },
});
