import { beforeEach, expect, test } from 'vitest';
import { describeOnBothDatabases } from '../../test/databases.ts';
import { auditOn } from '../audit/audit.fixture.ts';
import { systemClock as clock } from '../base/clock.ts';
import { MIGRATIONS } from '../app.ts';
import { Sealing } from '../sealing/index.ts';
import { Settings } from '../settings/index.ts';
import { type Storage } from '../storage/index.ts';
import { emptyWidgets } from '../widgets/index.ts';
import { Workspaces } from '../workspaces/index.ts';
import type { Attachment } from './message.ts';
import { workspaceConversation } from './workspace-conversation.ts';

const SYSTEM = { kind: 'system' } as const;
const TURN = { prompt: 'q', text: 'a', sources: [], mode: 'chat' as const, metrics: {}, isIncluded: true };
const MEGABYTE = 1024 * 1024;
const pictureOf = (megabytes: number): Attachment => ({
  name: 'a',
  mime: 'image/png',
  contentString: 'x'.repeat(megabytes * MEGABYTE),
});

describeOnBothDatabases('the conversation of a workspace', (open) => {
  let storage: Storage;
  let workspaces: Workspaces;

  beforeEach(async () => {
    ({ storage } = await open(MIGRATIONS));
    const settings = new Settings({
      storage,
      sealing: Sealing.open({ masterKey: new Uint8Array(32).fill(7) }),
      clock,
    });
    workspaces = new Workspaces({ storage, clock, audit: auditOn(storage), settings, emptyWidgets });
  });

  /** The turn as the next question reads it. */
  async function stored(more: { text?: string; attachments?: Attachment[] }) {
    const made = await workspaces.create(SYSTEM, 'everything', { name: 'Docs' });
    if ('refused' in made) throw new Error(made.refused);
    const place = { workspaceId: made.workspace.id, threadId: null, apiSessionId: null, userId: null };
    const conversation = workspaceConversation({ storage, workspaces }, SYSTEM, place);
    await conversation.record({ ...TURN, attachments: [], ...more });
    return (await conversation.recent(20)).at(-1);
  }

  test('a stored turn has attachments of at most 8 MiB together', async () => {
    const [large, small] = [pictureOf(6), pictureOf(2)];
    expect((await stored({ attachments: [large, pictureOf(3), small] }))?.attachments).toEqual([
      large,
      small,
    ]);
  });

  test('a stored turn has no U+0000, which PostgreSQL cannot store', async () => {
    expect((await stored({ text: 'one\0two' }))?.text).toBe('onetwo');
  });
});
