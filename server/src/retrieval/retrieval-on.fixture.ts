import pino from 'pino';
import { auditOn } from '../audit/audit.fixture.ts';
import { systemClock } from '../base/clock.ts';
import { Documents } from '../documents/index.ts';
import { Models, type LocalModel } from '../models/index.ts';
import { Sealing } from '../sealing/index.ts';
import { Settings } from '../settings/index.ts';
import type { Storage } from '../storage/index.ts';
import { Retrieval, vectors, type RetrievalOptions } from './index.ts';

/** The same in every process. */
const MASTER_KEY = new Uint8Array(32).fill(7);

/** The services of a process, on an existing database. */
export function retrievalOn(
  storage: Storage,
  options: Partial<RetrievalOptions> = {},
  localModel?: LocalModel,
) {
  const shared = { storage, audit: auditOn(storage), clock: systemClock, logger: pino({ level: 'silent' }) };
  const sealing = Sealing.open({ masterKey: MASTER_KEY });
  const settings = new Settings({ ...shared, sealing });
  const documents = new Documents({ ...shared, coverage: async () => [], vectors });
  const models = new Models({ ...shared, sealing, localModel });
  const retrieval = new Retrieval({ ...shared, settings, documents, models, ...options });
  const stop = async (): Promise<void> => {
    await retrieval.stop();
    await models.stop();
  };
  return { settings, documents, models, retrieval, stop };
}
