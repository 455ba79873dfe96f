import { beforeAll, beforeEach } from 'vitest';
import { startChats, type ChatServer } from '../../server/src/chat/chats.fixture.ts';
import type { StartServer } from '../../server/test/server.ts';
import { openConsole, type ConsolePage } from './browser.ts';

export interface WorkspaceSuite {
  chats: ChatServer;
  /** Of the workspace of this test. */
  slug: string;
  /** Opens its page as the administrator. @param search such as `?tab=documents` */
  open: (search?: string) => Promise<ConsolePage>;
}

/** A server with a model for a suite, and an empty workspace for each of its tests. @param name of the workspaces */
export function workspaceSuite(start: StartServer, name: string): WorkspaceSuite {
  let chats: ChatServer;
  let made = 0;
  const slug = (): string => `${name}-${made}`;
  beforeAll(async () => {
    chats = await startChats(start);
  });
  beforeEach(async () => {
    made += 1;
    await chats.server.request('POST', '/v1/workspace/new', { body: { name: slug() } });
  });
  return {
    get chats() {
      return chats;
    },
    get slug() {
      return slug();
    },
    open: (search = '') =>
      openConsole(chats.server, {
        signIn: { key: chats.server.adminKey },
        path: `/workspaces/${slug()}${search}`,
      }),
  };
}
