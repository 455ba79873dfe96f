import type { Audit } from '../audit/index.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { Jobs } from '../jobs/index.ts';
import type { KeysContext } from '../keys/index.ts';
import type { Retrieval } from '../retrieval/index.ts';
import type { Storage } from '../storage/index.ts';
import type { Budgets, UsageCounters } from '../usage/index.ts';
import type { Workspaces } from '../workspaces/index.ts';

export interface AgentsContext {
  storage: Storage;
  clock: Clock;
  logger: Logger;
  audit: Audit;
  keys: KeysContext;
  budgets: Budgets;
  counters: UsageCounters;
  jobs: Jobs;
  retrieval: Retrieval;
  workspaces: Workspaces;
}
