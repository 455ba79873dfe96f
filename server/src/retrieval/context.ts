import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { Documents } from '../documents/index.ts';
import { SERVERS_OWN, type Account, type Models } from '../models/index.ts';
import type { Settings } from '../settings/index.ts';
import type { Storage } from '../storage/index.ts';
import type { Embedder } from './embedding/embedder.ts';
import type { HeldCollections } from './index/held-collections.ts';
import type { AskersParts } from './pending/asker.ts';
import type { PgVectors } from './pgvector/pgvector.ts';

export interface RetrievalParts {
  storage: Storage;
  clock: Clock;
  logger: Logger;
  settings: Settings;
  documents: Documents;
  models: Models;
  /** For documents that keys have put into collections; left out: there are none. */
  askers?: AskersParts | undefined;
}

export interface RetrievalContext extends RetrievalParts {
  embedder: Embedder;
  held: HeldCollections;
  pgvector: PgVectors;
}

/** Pays for the vectors of texts. */
export interface Payer {
  /** A new one for each question and each document. */
  account(): Account;
}

/** @param payer left out: the server itself, on its own account. */
export const accountOf = (payer: Payer | undefined): Account => payer?.account() ?? SERVERS_OWN;
