import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { Documents } from '../documents/index.ts';
import type { Models } from '../models/index.ts';
import type { Settings } from '../settings/index.ts';
import type { Storage } from '../storage/index.ts';
import type { Embedder } from './embedding/embedder.ts';
import type { HeldCollections } from './index/held-collections.ts';
import type { PgVectors } from './pgvector/pgvector.ts';

/** What the verbs of this module work with. */
export interface RetrievalContext {
  storage: Storage;
  clock: Clock;
  logger: Logger;
  settings: Settings;
  documents: Documents;
  embedder: Embedder;
  models: Models;
  held: HeldCollections;
  pgvector: PgVectors;
}
