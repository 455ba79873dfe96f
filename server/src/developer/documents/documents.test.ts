import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { describeOnBothServers, type TestServer } from '../../../test/server.ts';
import { embed, note, seenBy, upload, workspace, type UploadBody } from './documents.fixture.ts';

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const METADATA = [
  'id',
  'url',
  'title',
  'docAuthor',
  'description',
  'docSource',
  'chunkSource',
  'published',
  'wordCount',
];

describeOnBothServers('documents over the Developer API', (start) => {
  let server: TestServer;

  beforeAll(async () => {
    server = await start();
  });

  const store = (body: object) => server.request<UploadBody>('POST', '/v1/document/raw-text', { body });

  it('are none at first, and no folder either', async () => {
    const { status, body } = await server.request('GET', '/v1/documents');
    expect({ status, body }).toEqual({
      status: 200,
      body: { localFiles: { name: 'documents', type: 'folder', items: [] } },
    });
  });

  it('are stored from a text, with what is said of it, members in their order', async () => {
    const metadata = {
      title: 'My Note.v2',
      url: 'https://Example.com/A',
      docAuthor: 'me',
      published: 1_700_000_000_000,
      extra: 'x',
    };
    const { status, body } = await store({ textContent: 'Raw body about llamas and alpacas.', metadata });
    expect(status).toBe(200);
    const [document] = body.documents;
    expect(Object.keys(document ?? {})).toEqual([
      ...METADATA,
      'pageContent',
      'token_count_estimate',
      'location',
      'isDirectUpload',
    ]);
    expect(body).toEqual({
      success: true,
      error: null,
      documents: [
        {
          id: expect.stringMatching(UUID),
          url: 'web://https://example.com/a.website',
          title: 'my-note.v2.txt',
          docAuthor: 'me',
          description: 'no description found',
          docSource: 'no source set',
          chunkSource: 'my-note.v2.txt',
          published: '11/14/2023, 10:13:20 PM',
          wordCount: 6,
          pageContent: 'Raw body about llamas and alpacas.',
          token_count_estimate: 10,
          location: `custom-documents/raw-my-note.v2-${document?.id}.json`,
          isDirectUpload: false,
        },
      ],
    });
  });

  it.for([
    [{ textContent: 'hi', metadata: {} }, /^You are missing required metadata .*'title'$/],
    [{ textContent: 'hi' }, /'title'$/],
    [{ textContent: 'hi', metadata: { title: 7 } }, /'title'$/],
    [{ textContent: '', metadata: { title: 't' } }, /^The 'textContent' key cannot have an empty value\.$/],
    [{ textContent: 7, metadata: { title: 't' } }, /'textContent'/],
    [{ metadata: { title: 't' } }, /'textContent'/],
    [{ textContent: 'a', metadata: { title: 't' }, addToWorkspaces: ['docs'] }, /Got object$/],
  ] as const)('are not stored from %j', async ([body, error]) => {
    const answer = await store(body);
    expect(answer).toMatchObject({
      status: 422,
      body: { success: false, error: expect.stringMatching(error) },
    });
  });

  it('take a title that is not a file name, an invalid time, and half a character', async () => {
    const half = await store({
      textContent: '\ud800Turnips',
      metadata: { title: 't', docAuthor: 'a\udc00' },
    });
    expect(half.body.documents[0]).toMatchObject({ pageContent: '\ufffdTurnips', docAuthor: 'a\ufffd' });
    for (const [title, slug] of [
      ['../../etc/passwd', /raw-[\w-]+-/],
      ['日本', /raw-日本-/],
      ['x'.repeat(5_000), /raw-x{200}-/],
    ] as const) {
      const { body } = await store({ textContent: 'a', metadata: { title, published: 'soon' } });
      expect(body.documents[0]?.location).toMatch(slug);
      expect(body.documents[0]?.location.split('/')).toHaveLength(2);
    }
  });

  it('are listed by folder, the default one first, in the order of their names', async () => {
    await server.request('POST', '/v1/document/create-folder', { body: { name: 'a-first' } });
    const one = await note(server, 'one');
    const seen = await seenBy(server);
    expect(Object.keys(seen)).toEqual(['custom-documents', 'a-first']);
    expect(seen['a-first']).toEqual([]);
    expect(seen['custom-documents']).toContain(one.location);
    expect(seen['custom-documents']).toEqual(seen['custom-documents']?.toSorted());
  });

  it('are shown in lists without their text', async () => {
    const { location } = await note(server, 'shown');
    const { body } = await server.request<{ documents: Record<string, unknown>[] }>(
      'GET',
      '/v1/documents/folder/custom-documents',
    );
    const item = body.documents.find(({ name }) => `custom-documents/${String(name)}` === location) ?? {};
    const shown = ['cached', 'canWatch', 'pinnedWorkspaces', 'watched'];
    expect(Object.keys(item)).toEqual(['name', 'type', ...METADATA, 'token_count_estimate', ...shown]);
    expect(item).toMatchObject({
      type: 'file',
      cached: false,
      canWatch: false,
      pinnedWorkspaces: [],
      watched: false,
    });
  });

  it('come page by page', async () => {
    for (const name of ['p1', 'p2', 'p3'])
      await upload(server, { name, bytes: 'x' }, { path: '/v1/document/upload/paged' });
    const page = async (query: string) => {
      const path = `/v1/documents${query}`;
      const { status, body } = await server.request<{ documents: { title: string }[] }>('GET', path);
      return { status, ...body, documents: body.documents.map(({ title }) => title) };
    };
    const whole = { status: 200, folder: 'paged', totalCount: 3, code: 200, error: null };
    expect(await page('?folder=paged&limit=2')).toEqual({ ...whole, documents: ['p1', 'p2'], hasMore: true });
    expect(await page('?folder=paged&limit=2&offset=2')).toEqual({
      ...whole,
      documents: ['p3'],
      hasMore: false,
    });
    expect(await page('?folder=paged&offset=1&limit=all')).toEqual({
      ...whole,
      documents: ['p2', 'p3'],
      hasMore: false,
    });
    expect(await page('?folder=paged&offset=9')).toMatchObject({
      documents: [],
      totalCount: 3,
      hasMore: false,
    });
    const { code, ...plain } = { ...whole, documents: ['p2'], hasMore: true };
    void code;
    expect(await page('/folder/paged?offset=1&limit=1')).toEqual(plain);
    const missing = {
      folder: 'nope',
      documents: [],
      totalCount: 0,
      hasMore: false,
      error: 'Folder "nope" does not exist.',
    };
    expect(await page('/folder/nope')).toEqual({ status: 404, ...missing });
    expect(await page('?folder=nope')).toEqual({ status: 404, ...missing, code: 404 });
    const odd = { ...missing, folder: 'a\0', error: 'Folder "a\0" does not exist.' };
    expect(await page('/folder/a%00')).toEqual({ status: 404, ...odd });
  });

  it('are found by name in whatever folder', async () => {
    const answer = await upload(
      server,
      { name: 'deep.txt', bytes: 'x' },
      { path: '/v1/document/upload/deep' },
    );
    const [document] = answer.body.documents;
    expect(document?.location).toBe(`deep/${String(document?.['name'])}`);
    const found = await server.request<{ document: object }>(
      'GET',
      `/v1/document/${String(document?.['name'])}`,
    );
    expect(found.status).toBe(200);
    expect(Object.keys(found.body.document)).toEqual([
      'name',
      'type',
      ...METADATA,
      'token_count_estimate',
      'cached',
    ]);
    for (const name of ['nope.json', 'a%00.json']) {
      const missing = await server.request('GET', `/v1/document/${name}`);
      expect(missing).toMatchObject({ status: 404, body: 'Not Found' });
    }
  });

  it('say what is read, and what can be said of a text', async () => {
    const types = await server.request<{ types: Record<string, string[]> }>(
      'GET',
      '/v1/document/accepted-file-types',
    );
    expect(types.body.types['text/plain']).toEqual(['.txt', '.md', '.org', '.adoc', '.rst']);
    expect(types.body.types['application/pdf']).toEqual(['.pdf']);
    const schema = await server.request('GET', '/v1/document/metadata-schema');
    expect(schema.body).toMatchObject({ schema: { title: 'string', url: 'string | nullable' } });
  });

  describe('folders', () => {
    const create = (name: unknown) =>
      server.request('POST', '/v1/document/create-folder', { body: { name } });
    const remove = (name: unknown) =>
      server.request('DELETE', '/v1/document/remove-folder', { body: { name } });

    it('are made once', async () => {
      expect(await create('new')).toMatchObject({ status: 200, body: { success: true, message: null } });
      const again = await create('new');
      expect(again).toMatchObject({
        status: 400,
        body: { success: false, message: 'Folder by that name already exists' },
      });
    });

    it.for([undefined, '', ' ', '..', '/', 7, null, 'a/b', 'a\\b', 'a\nb', 'x'.repeat(300)])(
      'are not made of %j',
      async (name) => {
        expect(await create(name)).toMatchObject({
          status: 400,
          body: { message: expect.stringMatching(/^Failed to create folder: Invalid path\. name: must be /) },
        });
      },
    );

    it('lose steps upwards', async () => {
      expect(await create('../../evil')).toMatchObject({ status: 200 });
      expect(Object.keys(await seenBy(server))).toContain('evil');
    });

    it('go with their documents, also those of workspaces; the default one stays; a missing one is no error', async () => {
      const { body } = await upload(
        server,
        { name: 'g.txt', bytes: 'x' },
        { path: '/v1/document/upload/going' },
      );
      await embed(server, await workspace(server, 'holding'), body.documents[0]?.id ?? '');
      await note(server, 'stays');
      for (const name of ['going', 'custom-documents', 'never-was', 7, '../..']) {
        const answer = await remove(name);
        expect(answer).toMatchObject({
          status: 200,
          body: { success: true, message: 'Folder removed successfully' },
        });
      }
      const seen = await seenBy(server);
      expect(Object.keys(seen)).not.toContain('going');
      expect(seen['custom-documents']?.length).toBeGreaterThan(0);
      const gone = await server.request('GET', `/v1/document/${String(body.documents[0]?.['name'])}`);
      expect(gone.status).toBe(404);
    });
  });

  describe('moved', () => {
    const move = (files: unknown) =>
      server.request<{ success: boolean; message: string | null }>('POST', '/v1/document/move-files', {
        body: { files },
      });

    it('are in the other folder, under the other name', async () => {
      await server.request('POST', '/v1/document/create-folder', { body: { name: 'target' } });
      const { location } = await note(server, 'moving');
      expect(await move([{ from: location, to: 'target/other.json' }])).toMatchObject({
        status: 200,
        body: { success: true, message: null },
      });
      const seen = await seenBy(server);
      expect(seen['target']).toEqual(['target/other.json']);
      expect(seen['custom-documents']).not.toContain(location);
    });

    it('stay where they are when a workspace holds them', async () => {
      const held = await note(server, 'held');
      const free = await note(server, 'free');
      await embed(server, await workspace(server, 'held'), held.id);
      const answer = await move([
        { from: held.location, to: 'target/held.json' },
        { from: free.location, to: 'target/free.json' },
      ]);
      expect(answer).toMatchObject({
        status: 200,
        body: { success: true, message: '1/2 files not moved. Unembed them from all workspaces.' },
      });
      const seen = await seenBy(server);
      expect(seen['custom-documents']).toContain(held.location);
      expect(seen['target']).toContain('target/free.json');
    });

    it('are all left where they are when one of them cannot go', async () => {
      const one = await note(server, 'one');
      const two = await note(server, 'two');
      for (const to of [
        'nowhere/x.json',
        'target/../x.json',
        'target/x.exe',
        'target',
        '/x.json',
        two.location,
      ]) {
        const answer = await move([
          { from: one.location, to: 'target/one.json' },
          { from: one.location, to },
        ]);
        expect(answer).toMatchObject({
          status: 400,
          body: { success: false, message: expect.stringMatching(/^Failed to move some files\. /) },
        });
      }
      const taken = await move([{ from: one.location, to: two.location }]);
      expect(taken.status).toBe(400);
      const missing = await move([{ from: 'nope/a.json', to: 'target/a.json' }]);
      expect(missing).toMatchObject({ status: 400, body: { success: false } });
      const seen = await seenBy(server);
      expect(seen['custom-documents']).toEqual(expect.arrayContaining([one.location, two.location]));
    });

    it.for([
      {},
      { files: 'a' },
      { files: [1] },
      { files: [{}] },
      { files: [{ from: 1, to: 2 }] },
      { files: [null] },
    ])('are not, by %j', async ({ files }: { files?: unknown }) => {
      expect(await move(files)).toMatchObject({
        status: 400,
        body: { success: false, message: expect.stringMatching(/^Failed to move files\. files: must be /) },
      });
    });
  });

  describe('removed', () => {
    const remove = (body: object) => server.request('DELETE', '/v1/system/remove-documents', { body });

    it('are gone, also from workspaces; unknown ones are no error', async () => {
      const one = await note(server, 'gone');
      await embed(server, await workspace(server, 'losing'), one.id);
      const answer = await remove({ names: [one.location, 'custom-documents/nope.json', 'x', 7] });
      expect(answer).toMatchObject({
        status: 200,
        body: { success: true, message: 'Documents removed successfully' },
      });
      expect((await seenBy(server))['custom-documents']).not.toContain(one.location);
      const { status } = await remove({ names: [one.location] });
      expect(status).toBe(200);
    });

    it('take a list', async () => {
      const message = expect.stringMatching(/names: must be a list/);
      for (const body of [{}, [], { names: 'a' }])
        expect(await remove(body)).toMatchObject({ status: 400, body: { success: false, message } });
    });
  });

  describe('files that agents made', () => {
    const NAME = 'csv-e9e14f28-d6b6-4f49-91a0-dd331517f567.csv';
    const get = (name: string) => server.request('GET', `/v1/document/generated-files/${name}`);

    it('come as they are, to be kept', async () => {
      const folder = join(server.dataDir, 'generated-files');
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, NAME), 'crop\nturnip\n');
      const answer = await get(NAME);
      expect(answer).toMatchObject({ status: 200, text: 'crop\nturnip\n' });
      expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="${NAME}"`);
      expect(answer.headers.get('content-type')).toMatch(/^text\/csv/);
    });

    it('have names of one form, and nothing else is looked for', async () => {
      const missing = await get('pdf-e9e14f28-d6b6-4f49-91a0-dd331517f567.pdf');
      expect(missing).toMatchObject({ status: 404, body: { error: 'File not found' } });
      for (const name of ['xx', '..%2f..%2fkeyward.db', `${NAME}%00`, `..%2f${NAME}`]) {
        expect(await get(name)).toMatchObject({ status: 400, body: { error: 'Invalid filename format' } });
      }
    });
  });
});
