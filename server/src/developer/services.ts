import type { Audit } from '../audit/index.ts';
import type { Chat } from '../chat/index.ts';
import type { Documents, Intake } from '../documents/index.ts';
import type { KernelServices, Route as AnyRoute } from '../http/index.ts';
import type { LocalModel, Models } from '../models/index.ts';
import type { Retrieval } from '../retrieval/index.ts';
import type { Settings } from '../settings/index.ts';
import type { Storage } from '../storage/index.ts';
import type { Budgets } from '../usage/index.ts';
import type { WidgetsContext } from '../widgets/index.ts';
import type { Workspaces } from '../workspaces/index.ts';

/** What routes of the Developer API work with. */
export interface Services extends KernelServices {
  version: string;
  storage: Storage;
  audit: Audit;
  settings: Settings;
  budgets: Budgets;
  models: Models;
  /** undefined: turned off. */
  localModel: LocalModel | undefined;
  workspaces: Workspaces;
  documents: Documents;
  intake: Intake;
  retrieval: Retrieval;
  chat: Chat;
  widgets: WidgetsContext;
}

export type Route = AnyRoute<Services>;
