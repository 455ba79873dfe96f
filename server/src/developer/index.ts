import type { Route } from './services.ts';
import { accountsRoutes } from './people/accounts.ts';
import { authRoutes } from './system/auth.ts';
import { chatRoutes } from './chat/chat.ts';
import { developerKeysRoutes } from './system/developer-keys.ts';
import { documentsRoutes } from './documents/documents.ts';
import { embedsRoutes } from './widgets/embeds.ts';
import { extensionRoutes } from './system/extension.ts';
import { openaiRoutes } from './chat/openai-routes.ts';
import { peopleRoutes } from './people/people.ts';
import { preferencesRoutes } from './system/preferences.ts';
import { promptVariablesRoutes } from './system/prompt-variables.ts';
import { sessionsRoutes } from './people/sessions.ts';
import { systemRoutes } from './system/system.ts';
import { threadsRoutes } from './chat/threads.ts';
import { usersRoutes } from './people/users.ts';
import { vectorRoutes } from './documents/vector.ts';
import { webWorkspacesRoutes } from './workspaces/web-workspaces.ts';
import { widgetRoutes } from './widgets/widget.ts';
import { chatRecordRoutes } from './chat/chat-record.ts';
import { workspaceUsersRoutes } from './workspaces/workspace-users.ts';
import { workspacesRoutes } from './workspaces/workspaces.ts';

/** The Developer API and the routes of its web application. */
export const developerRoutes: Route[] = [
  ...authRoutes,
  ...usersRoutes,
  ...peopleRoutes,
  ...sessionsRoutes,
  ...accountsRoutes,
  ...developerKeysRoutes,
  ...documentsRoutes,
  ...workspacesRoutes,
  ...threadsRoutes,
  ...workspaceUsersRoutes,
  ...chatRecordRoutes,
  ...webWorkspacesRoutes,
  ...promptVariablesRoutes,
  ...chatRoutes,
  ...vectorRoutes,
  ...openaiRoutes,
  ...embedsRoutes,
  ...extensionRoutes,
  ...systemRoutes,
  ...preferencesRoutes,
  ...widgetRoutes,
];
export type { Services as DeveloperServices } from './services.ts';
