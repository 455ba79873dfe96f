import { systemClock } from '../../base/clock.ts';
import { Settings } from '../../settings/index.ts';
import { Workspaces, type Chat, type NewChat } from '../../workspaces/index.ts';
import { emptyWidgets } from '../../widgets/index.ts';
import type { TestServer } from '../../../test/server.ts';

/** The module itself on the server's database: for what no route does without a model. */
export function workspacesOf({ app }: TestServer): Workspaces {
  const { storage, sealing, audit } = app.core;
  const clock = systemClock;
  const settings = new Settings({ storage, sealing, clock });
  return new Workspaces({ storage, clock, audit, settings, emptyWidgets });
}

/** Keeps a chat as the engine of chats does. */
export async function recordChat(
  server: TestServer,
  slug: string,
  fields: Partial<NewChat> & { prompt: string; threadSlug?: string },
): Promise<Chat> {
  const workspaces = workspacesOf(server);
  const workspace = await workspaces.findCovered('everything', slug);
  if (workspace === undefined) throw new Error(`no workspace ${slug}`);
  const { threadSlug, ...rest } = fields;
  const thread = threadSlug === undefined ? undefined : await workspaces.threads.find(workspace, threadSlug);
  const response = {
    text: `About ${fields.prompt}`,
    sources: [{ id: 'c1', title: 'note.txt', text: 'A passage.', score: 0.5 }],
    type: 'chat',
    attachments: [],
    metrics: { total_tokens: 3 },
  };
  const chat = { workspaceId: workspace.id, threadId: thread?.id ?? null, response, ...rest };
  return server.app.core.storage.transaction((tx) => workspaces.chats.record(tx, chat));
}

export interface Message {
  role: string;
  content: string;
  chatId: number;
}

export const promptsOf = (history: readonly Message[]): string[] =>
  history.filter(({ role }) => role === 'user').map(({ content }) => content);
