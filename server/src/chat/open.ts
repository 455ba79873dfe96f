import type { Workspaces } from '../workspaces/index.ts';
import { Chat } from './chat.ts';
import type { ChatContext } from './chat.ts';
import { WorkspaceLibrary } from './workspace-library.ts';
import type { LibraryOptions } from './workspace-library.ts';

export type ChatOptions = Omit<ChatContext, 'library' | 'messageTimes'> &
  LibraryOptions & { workspaces: Workspaces };

/** Chats that draw from the documents of workspaces. */
export function openChat({ workspaces, ...options }: ChatOptions): Chat {
  return new Chat({
    ...options,
    library: new WorkspaceLibrary(options),
    messageTimes: (userId, sinceMs, limit) => workspaces.chats.timesOf(userId, sinceMs, limit),
  });
}
