import type { Audit, RefusalRecorder } from '../audit/index.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { Chat } from '../chat/index.ts';
import type { Config } from '../config.ts';
import type { Documents, Intake } from '../documents/index.ts';
import type { Identity } from '../identity/index.ts';
import type { KeysContext } from '../keys/index.ts';
import type { LocalModel, Models } from '../models/index.ts';
import type { Nodes } from '../nodes/index.ts';
import type { Retrieval } from '../retrieval/index.ts';
import type { Settings } from '../settings/index.ts';
import type { Sealing } from '../sealing/index.ts';
import type { Storage } from '../storage/index.ts';
import type { Budgets, UsageCounters } from '../usage/index.ts';
import type { WidgetsContext } from '../widgets/index.ts';
import type { Workspaces } from '../workspaces/index.ts';
import type { Metrics } from './metrics.ts';

/** One part of what makes the server ready. */
export interface Part {
  ok: boolean;
  detail: string;
}

/** What routes are made of; built by `app.ts`. */
export interface Services {
  config: Config;
  clock: Clock;
  logger: Logger;
  version: string;
  storage: Storage;
  audit: Audit;
  nodes: Nodes;
  sealing: Sealing;
  settings: Settings;
  refusals: RefusalRecorder;
  keys: KeysContext;
  identity: Identity;
  budgets: Budgets;
  counters: UsageCounters;
  models: Models;
  /** undefined: turned off. */
  localModel: LocalModel | undefined;
  workspaces: Workspaces;
  documents: Documents;
  intake: Intake;
  retrieval: Retrieval;
  chat: Chat;
  metrics: Metrics;
  widgets: WidgetsContext;
  readiness(): Promise<Record<string, Part>>;
}
