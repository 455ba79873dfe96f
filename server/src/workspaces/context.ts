import type { Audit } from '../audit/index.ts';
import type { Clock } from '../base/clock.ts';
import type { Storage } from '../storage/index.ts';

export interface WorkspacesContext {
  storage: Storage;
  audit: Audit;
  clock: Clock;
}
