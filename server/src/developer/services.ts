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

/** The services of all routes of the Developer API; each folder is given those that it names below. */
export interface Services extends KernelServices {
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

type With<Name extends keyof Services> = KernelServices & Pick<Services, Name>;

export type ChatServices = With<'workspaces' | 'chat' | 'models' | 'budgets' | 'settings' | 'storage'>;
export type PeopleServices = With<'workspaces'>;
export type WidgetServices = With<'widgets' | 'models' | 'budgets'>;
export type WorkspaceServices = With<'workspaces' | 'documents' | 'retrieval' | 'storage' | 'chat'>;
export type DocumentServices = WorkspaceServices & With<'intake' | 'models' | 'budgets'>;
export type SystemServices = DocumentServices & With<'settings' | 'audit' | 'localModel'>;

export type Route = AnyRoute<Services>;
