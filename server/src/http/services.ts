import type { RefusalRecorder } from '../audit/index.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { Config } from '../config.ts';
import type { Identity } from '../identity/index.ts';
import type { KeysContext } from '../keys/index.ts';
import type { Nodes } from '../nodes/index.ts';
import type { UsageCounters } from '../usage/index.ts';
import type { Metrics } from './metrics.ts';

/** What the kernel itself works with. A surface says what its routes need beside this. */
export interface KernelServices {
  config: Config;
  clock: Clock;
  logger: Logger;
  nodes: Nodes;
  refusals: RefusalRecorder;
  keys: KeysContext;
  identity: Identity;
  counters: UsageCounters;
  metrics: Metrics;
}
