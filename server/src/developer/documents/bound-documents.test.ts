import { beforeAll, expect, it } from 'vitest';
import { setPinned } from '../../documents/index.ts';
import { describeOnBothServers, type TestServer } from '../../../test/server.ts';
import { embed, note, seenBy, upload, workspace, type Tree, type Uploaded } from './documents.fixture.ts';

/** A key that is bound to workspaces, of its own owner. */
describeOnBothServers('a key bound to workspaces', (start) => {
  let server: TestServer;
  let key: string;
  const documents: Record<string, Uploaded> = {};
  const ids: Record<string, number> = {};

  const location = (name: string): string => documents[name]?.location ?? '';
  const at = (name: string): string => location(name).split('/')[1] ?? '';

  beforeAll(async () => {
    server = await start();
    for (const name of ['mine', 'other']) ids[name] = await workspace(server, name);
    const owner = await server.request<{ id: string }>('POST', '/v1/owners', {
      body: { name: 'Bound', kind: 'person' },
    });
    const selectors = { workspaces: { allow: ['mine'], deny: [] } };
    const scopes = ['documents:read', 'documents:write', 'workspaces:write'];
    key = (await server.mint({ scopes, selectors, owner: owner.body.id })).secret;
    // By the administrator: in neither workspace, in one, in the other, in both.
    for (const [name, held] of Object.entries({
      loose: [],
      mine: ['mine'],
      other: ['other'],
      both: ['mine', 'other'],
    })) {
      const document = (documents[name] = await note(server, name));
      for (const slug of held) await embed(server, ids[slug] ?? 0, document.id);
    }
    // By the key itself: in neither workspace, and in the one that the key does not cover.
    for (const [name, held] of Object.entries({
      own: [],
      'own-other': ['other'],
      'own-both': ['mine', 'other'],
    })) {
      const document = (documents[name] = await note(server, name, { key }));
      for (const slug of held) await embed(server, ids[slug] ?? 0, document.id);
    }
  });

  const seen = ['both', 'mine', 'own', 'own-both'];
  const unseen = ['loose', 'other', 'own-other'];

  it('sees what its workspaces hold, and what it brought and no other workspace holds', async () => {
    const tree = await seenBy(server, key);
    expect(tree).toEqual({ 'custom-documents': seen.map(location).toSorted() });
    expect((await seenBy(server))['custom-documents']).toHaveLength(7);
    const sizes = async (options: object) =>
      (await server.request('GET', '/v1/documents/folders', options)).body;
    expect(await sizes({ key })).toEqual({ folders: [{ name: 'custom-documents', totalCount: 4 }] });
    expect(await sizes({})).toEqual({ folders: [{ name: 'custom-documents', totalCount: 7 }] });
    const listed = await server.request('GET', '/v1/documents/folder/custom-documents?limit=1', { key });
    expect(listed.body).toMatchObject({ totalCount: 4, hasMore: true });
    for (const name of seen)
      expect((await server.request('GET', `/v1/document/${at(name)}`, { key })).status).toBe(200);
    for (const name of unseen) {
      const hidden = await server.request('GET', `/v1/document/${at(name)}`, { key });
      const missing = await server.request('GET', '/v1/document/nope.json', { key });
      expect([hidden.status, hidden.text]).toEqual([missing.status, missing.text]);
    }
  });

  it('sees the pins of its own workspaces only', async () => {
    await server.app.core.storage.transaction(async (tx) => {
      for (const collectionId of Object.values(ids))
        await setPinned(tx, {
          collectionId,
          documentId: documents['both']?.id ?? '',
          pinned: true,
          nowMs: 1,
        });
    });
    const pins = async (options: object) => {
      const { body } = await server.request<Tree>('GET', '/v1/documents', options);
      return body.localFiles.items[0]?.items.find(({ name }) => name === at('both'))?.['pinnedWorkspaces'];
    };
    expect(await pins({ key })).toEqual([ids['mine']]);
    expect(await pins({})).toEqual([ids['mine'], ids['other']]);
  });

  it('takes away nothing that it does not see, or another workspace holds', async () => {
    const names = ['loose', 'other', 'own-other', 'both', 'own-both'].map(location);
    const removed = await server.request('DELETE', '/v1/system/remove-documents', { key, body: { names } });
    expect(removed.status).toBe(200);
    await server.request('DELETE', '/v1/document/remove-folder', { key, body: { name: 'custom-documents' } });
    expect((await seenBy(server))['custom-documents']).toHaveLength(7);
    const victim = await note(server, 'victim', { key });
    await embed(server, ids['mine'] ?? 0, victim.id);
    await server.request('DELETE', '/v1/system/remove-documents', {
      key,
      body: { names: [victim.location] },
    });
    expect((await seenBy(server))['custom-documents']).toHaveLength(7);
  });

  it('does not learn of folders in which it sees nothing', async () => {
    await upload(server, { name: 'a.txt', bytes: 'x' }, { path: '/v1/document/upload/hidden' });
    const hidden = await server.request('GET', '/v1/documents/folder/hidden', { key });
    expect(hidden).toMatchObject({ status: 404, body: { error: 'Folder "hidden" does not exist.' } });
    expect(Object.keys(await seenBy(server, key))).toEqual(['custom-documents']);
    const folders = async () => (await server.request('GET', '/v1/documents/folders', { key })).text;
    expect(await folders()).not.toContain('hidden');
    // As if it were made; it tells nothing apart from a name that is free.
    const made = await server.request('POST', '/v1/document/create-folder', {
      key,
      body: { name: 'hidden' },
    });
    expect(made).toMatchObject({ status: 200, body: { success: true, message: null } });
    await server.request('DELETE', '/v1/document/remove-folder', { key, body: { name: 'hidden' } });
    expect((await seenBy(server))['hidden']).toHaveLength(1);
    const own = await server.request('POST', '/v1/document/create-folder', {
      key,
      body: { name: 'own-folder' },
    });
    expect(own.status).toBe(200);
    expect(Object.keys(await seenBy(server, key))).toContain('own-folder');
    expect(await folders()).toContain('{"name":"own-folder","totalCount":0}');
    await server.request('DELETE', '/v1/document/remove-folder', { key, body: { name: 'own-folder' } });
    expect(Object.keys(await seenBy(server))).not.toContain('own-folder');
  });

  it('learns nothing of what other keys of its owner bring, nor which folders there are', async () => {
    const { secret: other } = await server.mint({
      scopes: ['documents:*'],
      selectors: { workspaces: { allow: ['other'], deny: [] } },
      owner: (await server.request<{ key: { owner: { id: string } } }>('GET', '/v1/keys/self', { key })).body
        .key.owner.id,
    });
    const change = (method: string, path: string, folder: string, by: string) =>
      server.request(method, `/v1/document/${path}`, { key: by, body: { name: folder } });
    // Of the same owner, but it may be on its way into another workspace.
    const { location: theirs } = await note(server, 'theirs', { key: other });
    expect(JSON.stringify(await seenBy(server, key))).not.toContain(theirs);
    expect(JSON.stringify(await seenBy(server, other))).toContain(theirs);
    await change('POST', 'create-folder', 'theirs', other);
    await upload(server, { name: 'b.txt', bytes: 'x' }, { path: '/v1/document/upload/full' });
    const look = async (folder: string) => {
      const { status, text } = await server.request('GET', `/v1/documents/folder/${folder}`, { key });
      return [status, text.replaceAll(folder, 'it'), Object.keys(await seenBy(server, key)).includes(folder)];
    };
    const verbs: [string, string][] = [
      ['POST', 'create-folder'],
      ['DELETE', 'remove-folder'],
    ];
    for (const [method, verb] of verbs) {
      const answers = [];
      for (const folder of ['theirs', 'full', 'free']) {
        const { status, text } = await change(method, verb, folder, key);
        answers.push([status, text, ...(await look(folder))]);
      }
      expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    }
    expect(Object.keys(await seenBy(server))).toEqual(expect.arrayContaining(['theirs', 'full']));
    expect(Object.keys(await seenBy(server))).not.toContain('free');
  });

  it('moves nothing that it does not see, and nothing into folders that it does not see', async () => {
    const move = (from: string, to: string) =>
      server.request<{ message: string }>('POST', '/v1/document/move-files', {
        key,
        body: { files: [{ from, to }] },
      });
    await server.request('POST', '/v1/document/create-folder', { key, body: { name: 'moves' } });
    const free = await note(server, 'free', { key });
    const message = expect.stringMatching(/^Failed to move some files\. /);
    const failed = { status: 400, body: { success: false, message } };
    for (const name of unseen) expect(await move(location(name), 'moves/x.json')).toMatchObject(failed);
    expect(await move(free.location, 'hidden/x.json')).toMatchObject(failed);
    expect(await move(location('both'), 'moves/x.json')).toMatchObject({
      status: 200,
      body: { message: '1/1 files not moved. Unembed them from all workspaces.' },
    });
    expect(await move(free.location, 'moves/x.json')).toMatchObject({ status: 200, body: { message: null } });
  });

  it('does not learn from an upload which workspaces there are beside its own', async () => {
    const { body } = await upload(server, { bytes: 'x' }, { key, fields: { addToWorkspaces: 'other' } });
    const nothing = await upload(server, { bytes: 'x' }, { key, fields: { addToWorkspaces: 'nope' } });
    expect([body.success, body.error]).toEqual([
      nothing.body.success,
      nothing.body.error?.replace('nope', 'other'),
    ]);
    expect(body.error).toContain('other: There is no such workspace.');
  });
});
