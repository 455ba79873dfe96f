import { expect, test } from 'vitest';
import type { Attachment } from './message.ts';
import { workspaceConversation } from './workspace-conversation.ts';

const place = { workspaceId: 1, threadId: null, apiSessionId: null, userId: null };
const turn = { prompt: 'q', text: 'a', sources: [], mode: 'chat' as const, metrics: {}, isIncluded: true };
const MEGABYTE = 1024 * 1024;
const pictureOf = (megabytes: number): Attachment => ({
  name: 'a',
  mime: 'image/png',
  contentString: 'x'.repeat(megabytes * MEGABYTE),
});

/** What a conversation stores of a turn. */
async function stored(more: { text?: string; attachments?: Attachment[] }) {
  let kept: { response: { text: string; attachments: Attachment[] } } | undefined;
  const record = async (_tx: unknown, chat: typeof kept) => ((kept = chat), { id: 5 });
  const services = {
    storage: { transaction: (work: (tx: unknown) => unknown) => work(undefined) },
    workspaces: { chats: { record } },
  };
  const conversation = workspaceConversation(services as never, { kind: 'cli' }, place);
  expect(await conversation.record({ ...turn, attachments: [], ...more })).toBe(5);
  return kept?.response;
}

test('A stored turn has attachments of at most 8 MiB together', async () => {
  const [large, small] = [pictureOf(6), pictureOf(2)];
  expect((await stored({ attachments: [large, pictureOf(3), small] }))?.attachments).toEqual([large, small]);
});

test('A stored turn has no U+0000, which PostgreSQL cannot store', async () => {
  expect((await stored({ text: 'one\0two' }))?.text).toBe('onetwo');
});
