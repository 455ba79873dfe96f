import type { Route } from '../../route.ts';
import { accountsRoutes } from './accounts.ts';
import { authRoutes } from './auth.ts';
import { chatRoutes } from './chat.ts';
import { developerKeysRoutes } from './developer-keys.ts';
import { documentsRoutes } from './documents.ts';
import { embedsRoutes } from './embeds.ts';
import { exportChatsRoutes } from './export-chats.ts';
import { extensionRoutes } from './extension.ts';
import { openaiRoutes } from './openai.ts';
import { peopleRoutes } from './people.ts';
import { preferencesRoutes } from './preferences.ts';
import { promptVariablesRoutes } from './prompt-variables.ts';
import { sessionsRoutes } from './sessions.ts';
import { systemRoutes } from './system.ts';
import { threadsRoutes } from './threads.ts';
import { usersRoutes } from './users.ts';
import { vectorRoutes } from './vector.ts';
import { webChatsRoutes } from './web-chats.ts';
import { webWorkspacesRoutes } from './web-workspaces.ts';
import { widgetRoutes } from './widget.ts';
import { workspaceChatsRoutes } from './workspace-chats.ts';
import { workspaceUsersRoutes } from './workspace-users.ts';
import { workspacesRoutes } from './workspaces.ts';

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
  ...workspaceChatsRoutes,
  ...exportChatsRoutes,
  ...webWorkspacesRoutes,
  ...webChatsRoutes,
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
