import type { Audit } from '../audit/index.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { Config } from '../config.ts';
import type { Jobs } from '../jobs/index.ts';
import type { KeysContext } from '../keys/index.ts';
import type { Models } from '../models/index.ts';
import type { Nodes } from '../nodes/index.ts';
import type { Storage } from '../storage/index.ts';
import type { Budgets, UsageCounters } from '../usage/index.ts';

export interface BatchesContext {
  storage: Storage;
  clock: Clock;
  logger: Logger;
  audit: Audit;
  nodes: Nodes;
  keys: KeysContext;
  budgets: Budgets;
  counters: UsageCounters;
  models: Models;
  jobs: Jobs;
  limits: Config['batches'];
}
