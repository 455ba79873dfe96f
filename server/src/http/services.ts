import type { RefusalRecorder } from '../audit/index.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { Config } from '../config.ts';
import type { Identity } from '../identity/index.ts';
import type { KeysContext } from '../keys/index.ts';
import type { Nodes } from '../nodes/index.ts';
import type { UsageCounters } from '../usage/index.ts';
import type { AccessLog } from './access-log.ts';
import type { Metrics } from './metrics.ts';

/** The services of the kernel. A surface adds those of its routes. */
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
  /** Aborted once the server accepts no connections: requests that only wait end then. */
  stopping: AbortController;
  /** undefined: requests are not logged. */
  accessLog: AccessLog | undefined;
}
