import type { Audit } from '../audit/index.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { Config } from '../config.ts';
import type { KeysContext } from '../keys/index.ts';
import type { Nodes } from '../nodes/index.ts';
import type { Sealing } from '../sealing/index.ts';
import type { Storage } from '../storage/index.ts';
import type { Budgets, UsageCounters } from '../usage/index.ts';
import type { JobNews } from './job-news.ts';
import type { KnownWorkers } from './known-workers.ts';
import type { Ceilings } from './limits/ceilings.ts';
import type { Pace } from './pace.ts';
import type { Queue } from './queue/queue.ts';
import type { WorkerRows } from './store/worker-rows.ts';
import type { Submitters } from './submitters.ts';

export type JobClocks = Config['jobs']['clocks'];
type JobLimits = Config['jobs']['limits'];

export interface JobsContext {
  storage: Storage;
  clock: Clock;
  logger: Logger;
  audit: Audit;
  nodes: Nodes;
  keys: KeysContext;
  budgets: Budgets;
  counters: UsageCounters;
  /** Signs receipts. */
  signer: Pick<Sealing['signer'], 'keyId' | 'publicKeyPem' | 'signAside' | 'stop'>;
  clocks: JobClocks;
  limits: JobLimits;
  /** Private addresses that the ends of jobs may be reported to. */
  webhookPrivate: Config['webhookPrivate'];
  queue: Queue;
  ceilings: Ceilings;
  workers: KnownWorkers;
  workerRows: WorkerRows;
  /** Ids of workers that poll, by their owner and the name that they send. */
  workerIds: Map<string, string>;
  submitters: Submitters;
  news: JobNews;
  pace: Pace;
}
