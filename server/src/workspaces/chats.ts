import { KeywardError } from '../base/errors.ts';
import type { Actor } from '../access/index.ts';
import { nextId, type Db } from '../storage/index.ts';
import type { Chat, Conversation, NewChat } from './chat.ts';
import * as store from './store/chat-store.ts';
import type { ExportPlace, PlacedChat } from './store/chat-store.ts';
import type { WorkspacesContext } from './context.ts';
import type { Viewer } from './coverage.ts';
import { holdThread } from './store/thread-store.ts';
import { holdWorkspace } from './store/workspace-store.ts';

/** Chats that are read at once, and so in memory; also a page of the list that administrators read. */
const PAGE_ROWS = 20;

/** Prompts and answers. The caller of each method has checked that the workspace exists for the key or session. */
export class Chats {
  readonly #context: WorkspacesContext;

  constructor(context: WorkspacesContext) {
    this.#context = context;
  }

  /**
   * Stores one chat, in the transaction of the caller.
   * @throws KeywardError `not_found` where the workspace or the thread was removed meanwhile.
   */
  async record(tx: Db, input: NewChat): Promise<Chat> {
    const at = this.#context.clock.nowMs();
    await holdPlace(tx, input);
    const { threadId = null, userId = null, apiSessionId = null, isIncluded = true } = input;
    const { workspaceId, prompt, response } = input;
    const chat: Chat = {
      id: await nextId(tx, 'workspace_chats'),
      workspaceId,
      threadId,
      userId,
      apiSessionId,
      prompt,
      response,
      isIncluded,
      isGood: null,
      createdAt: at,
      updatedAt: at,
    };
    await store.insertChat(tx, chat);
    return chat;
  }

  /** The last chats of a conversation that were not reset, oldest first, for the model. */
  async recent(conversation: Conversation, limit: number): Promise<Chat[]> {
    const newestFirst = await store.includedChats(this.#db, conversation, { limit, order: 'desc' });
    return newestFirst.toReversed();
  }

  /** The times of the first `limit` chats of a user since then. */
  timesOf(userId: number, sinceMs: number, limit: number): Promise<number[]> {
    return store.chatTimes(this.#db, { userId, sinceMs, limit });
  }

  /** The chats of a conversation that were not reset, in pages, `limit` in all. */
  async *history(
    conversation: Conversation,
    { limit, order }: { limit: number; order: 'asc' | 'desc' },
  ): AsyncGenerator<Chat[]> {
    let after: number | undefined;
    for (let left = limit; left > 0;) {
      const size = Math.min(left, PAGE_ROWS);
      const page = await store.includedChats(this.#db, conversation, { order, limit: size, after });
      if (page.length > 0) yield page;
      if (page.length < size) return;
      left -= page.length;
      after = page.at(-1)?.id;
    }
  }

  /** Hides the chats so far from models and histories. */
  async resetBy(actor: Actor, conversation: Conversation): Promise<void> {
    const { workspaceId, threadId: thread, apiSessionId: session, userId: user } = conversation;
    const place = { thread, session, ...(user === undefined ? {} : { user }) };
    const entry = { action: 'chats.reset', target: `workspace:${workspaceId}`, details: place };
    const { storage, clock, audit } = this.#context;
    const begin = audit.begun(actor, entry);
    const many = await store.excludeMany(storage, conversation, { updatedAt: clock.nowMs(), begin });
    await audit.change(actor, async (tx) => {
      const chats = many + (await store.excludeChats(tx, conversation, clock.nowMs()));
      return { result: undefined, entry: { ...entry, details: { chats, ...place } } };
    });
  }

  /** Rates an answer. @returns whether the workspace has this chat and, where a user is given, it is theirs. */
  score(
    actor: Actor,
    chat: { id: number; workspaceId: number; userId?: number | undefined },
    isGood: boolean | null,
  ): Promise<boolean> {
    return this.#context.audit.change(actor, async (tx) => {
      const updatedAt = this.#context.clock.nowMs();
      const result = await store.scoreChat(tx, chat, { isGood, updatedAt });
      const target = `workspace:${chat.workspaceId}`;
      const entry = { action: 'chats.score', target, details: { chat: chat.id, good: isGood } };
      return result ? { result, entry } : { result };
    });
  }

  /** One page of all chats that the viewer covers, newest first; counted from 0. */
  newest(viewer: Viewer, page: number): Promise<{ chats: PlacedChat[]; hasMore: boolean }> {
    return store.newestChats(this.#db, viewer, { offset: page * PAGE_ROWS, limit: PAGE_ROWS });
  }

  /** Every chat that the viewer covers, oldest first, page by page; workspace by workspace where `byWorkspace`. */
  async *all(viewer: Viewer, byWorkspace = false): AsyncGenerator<PlacedChat> {
    let after: ExportPlace | undefined;
    do {
      const page = await store.chatsAfter(this.#db, viewer, { after, limit: PAGE_ROWS, byWorkspace });
      yield* page.chats;
      after = page.last;
    } while (after !== undefined);
  }

  get #db(): Db {
    return this.#context.storage.db;
  }
}

async function holdPlace(tx: Db, { workspaceId, threadId = null }: NewChat): Promise<void> {
  if (!(await holdWorkspace(tx, workspaceId)))
    throw new KeywardError('not_found', 'The workspace was removed meanwhile.');
  if (threadId !== null && !(await holdThread(tx, { id: threadId, workspaceId })))
    throw new KeywardError('not_found', 'The thread was removed meanwhile.');
}
