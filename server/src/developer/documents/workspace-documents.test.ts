import { randomUUID } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../base/clock.ts';
import { addMember, Documents, membershipsOf, setPinned, type Document } from '../../documents/index.ts';
import { vectors } from '../../retrieval/index.ts';
import { coverage } from '../../workspaces/index.ts';
import { embeddedDocuments } from '../workspaces/workspace-shapes.ts';
import { describeOnBothServers, type TestServer } from '../../../test/server.ts';

type EmbeddedDocument = Awaited<ReturnType<typeof embeddedDocuments>>['documents'][number];

describeOnBothServers('documents of a workspace', (start) => {
  let server: TestServer;
  let library: Documents;
  const make = async (name: string): Promise<number> => {
    const body = { name };
    const made = await server.request<{ workspace: { id: number } }>('POST', '/v1/workspace/new', { body });
    return made.body.workspace.id;
  };
  const shown = async (slug: string): Promise<EmbeddedDocument[]> => {
    const { body } = await server.request<{ workspace: { documents: EmbeddedDocument[] }[] }>(
      'GET',
      `/v1/workspace/${slug}`,
    );
    return body.workspace[0]?.documents ?? [];
  };
  const embed = (title: string, collectionIds: number[]): Promise<Document> =>
    server.app.core.storage.transaction(async (tx) => {
      const id = randomUUID();
      const metadata = {
        id,
        url: `file://${title}.txt`,
        title: `${title}.txt`,
        docAuthor: 'somebody',
        description: 'a note',
        docSource: 'a test',
        chunkSource: '',
        published: '11/21/2026, 1:50:13 AM',
        wordCount: 2,
        token_count_estimate: 7,
      };
      const place = { folder: 'custom-documents', name: `${title}.txt-${id}.json` };
      const document = await library.add(tx, { ...place, metadata, text: 'Some text.', createdBy: 'tests' });
      if (document === undefined) throw new Error('the place is taken');
      for (const collectionId of collectionIds)
        await addMember(tx, { collectionId, documentId: id, nowMs: systemClock.nowMs() });
      return document;
    });

  beforeAll(async () => {
    server = await start();
    library = new Documents({ ...server.app.core, clock: systemClock, coverage, vectors });
  });

  test('are shown with it in the order in which they were added, members as clients know them', async () => {
    const id = await make('Shown');
    const first = await embed('first', [id]);
    const second = await embed('second', [id]);
    const rows = await shown('shown');
    expect(rows.map(({ docpath }) => docpath)).toEqual([first.location, second.location]);
    const row = rows[0];
    expect(Object.keys(row ?? {}).join(',')).toBe(
      'id,docId,filename,docpath,workspaceId,metadata,pinned,watched,createdAt,lastUpdatedAt',
    );
    expect(row).toMatchObject({
      docId: first.id,
      filename: first.name,
      workspaceId: id,
      pinned: false,
      watched: false,
    });
    expect(JSON.parse(row?.metadata ?? '')).toEqual(first.metadata);
    expect(Object.keys(JSON.parse(row?.metadata ?? '') as object).join(',')).toBe(
      'id,url,title,docAuthor,description,docSource,chunkSource,published,wordCount,token_count_estimate',
    );
  });

  test('count as context where they are pinned', async () => {
    const id = await make('Pinned');
    const { storage } = server.app.core;
    const { id: documentId } = await embed('pinned', [id]);
    await embed('plain', [id]);
    const tokens = async () => (await embeddedDocuments(server.app.core, id)).pinnedTokens;
    expect(await tokens()).toBe(0);
    const pin = { collectionId: id, documentId, pinned: true, nowMs: systemClock.nowMs() };
    await storage.transaction((tx) => setPinned(tx, pin));
    expect(await tokens()).toBe(7);
    expect((await shown('pinned')).map(({ pinned }) => pinned)).toEqual([true, false]);
  });

  test('stay where they are when the workspace goes, and leave it', async () => {
    const [going, staying] = [await make('Going'), await make('Staying')];
    const { id, location } = await embed('shared', [going, staying]);
    expect((await server.request('DELETE', '/v1/workspace/going')).text).toBe('OK');
    const { db } = server.app.core.storage;
    expect((await membershipsOf(db, [id])).map(({ collectionId }) => collectionId)).toEqual([staying]);
    expect((await library.find(db, location))?.id).toBe(id);
    expect((await shown('staying')).map(({ docId }) => docId)).toEqual([id]);
  });
});
