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

/** How many chats are read at once: a page in memory, whatever the length of the whole. */
const PAGE_ROWS = 20;
/** Of the list of all chats that administrators leaf through. */
const ADMIN_PAGE_ROWS = 20;

export interface HistoryOptions {
  limit: number;
  order?: 'asc' | 'desc';
}

/** Prompts and answers. Whoever calls has looked whether the workspace exists for the caller. */
export class Chats {
  readonly #context: WorkspacesContext;

  constructor(context: WorkspacesContext) {
    this.#context = context;
  }

  /**
   * Keeps one chat, in the transaction of whatever belongs to it.
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

  /** The last chats of a conversation that were not reset, oldest first: what a model is shown. */
  async recent(conversation: Conversation, limit: number, db: Db = this.#db): Promise<Chat[]> {
    const newestFirst = await store.includedChats(db, conversation, { limit, order: 'desc' });
    return newestFirst.toReversed();
  }

  /** When somebody said something since then, the earliest first; `limit` times at most. */
  timesOf(userId: number, sinceMs: number, limit: number): Promise<number[]> {
    return store.chatTimes(this.#db, { userId, sinceMs, limit });
  }

  /** The chats of a conversation that were not reset, in pages, `limit` in all. */
  async *history(
    conversation: Conversation,
    { limit, order = 'asc' }: HistoryOptions,
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

  /** From here on no model is shown what was said in this conversation. @returns how many chats that were. */
  reset(tx: Db, conversation: Conversation): Promise<number> {
    return store.excludeChats(tx, conversation, this.#context.clock.nowMs());
  }

  /** The same as a change of its own, with its audit record: what was said before no longer counts. */
  async resetBy(actor: Actor, conversation: Conversation): Promise<void> {
    const { workspaceId, threadId: thread, apiSessionId: session, userId: user } = conversation;
    const place = { thread, session, ...(user === undefined ? {} : { user }) };
    const entry = { action: 'chats.reset', target: `workspace:${workspaceId}`, details: place };
    const { storage, clock } = this.#context;
    const begin = this.#context.audit.begun(actor, entry);
    const many = await store.excludeMany(storage, conversation, { updatedAt: clock.nowMs(), begin });
    await this.#context.audit.change(actor, async (tx) => {
      const chats = many + (await this.reset(tx, conversation));
      return { result: undefined, entry: { ...entry, details: { chats, ...place } } };
    });
  }

  /** What somebody thinks of an answer. @returns whether the workspace has this chat and, where a user is given, it is theirs. */
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
    return store.newestChats(this.#db, viewer, { offset: page * ADMIN_PAGE_ROWS, limit: ADMIN_PAGE_ROWS });
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
  if (!(await holdWorkspace(tx, workspaceId))) {
    throw new KeywardError('not_found', 'The workspace was removed meanwhile.');
  }
  if (threadId !== null && !(await holdThread(tx, { id: threadId, workspaceId }))) {
    throw new KeywardError('not_found', 'The thread was removed meanwhile.');
  }
}
