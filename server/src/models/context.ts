import type { Audit } from '../audit/index.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { Sealing } from '../sealing/index.ts';
import type { Storage } from '../storage/index.ts';
import type { UpstreamTable } from './upstreams/upstream-table.ts';

/** What the verbs on upstreams work with; `Models` is one. */
export interface UpstreamContext {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly sealing: Sealing;
  readonly audit: Audit;
  readonly table: UpstreamTable;
}
