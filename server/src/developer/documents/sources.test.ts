import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeOnBothServers, type TestServer } from '../../../test/server.ts';
import { json, startTestUpstream, type TestUpstream } from '../../../test/upstream.ts';
import { systemClock } from '../../base/clock.ts';
import { EMBEDDING_MODEL, embeddings } from '../../retrieval/retrieval.fixture.ts';
import { Settings } from '../../settings/index.ts';
import { upload, workspace, type Uploaded } from './documents.fixture.ts';

interface Stored {
  success: boolean;
  error: string | null;
  documents: Uploaded[];
  outcome?: string;
  message?: string;
}
interface Options {
  name?: string;
  title?: string;
  into?: string;
  key?: string;
}
const BROKEN = json({ error: { message: 'out of order' } }, 500);

describeOnBothServers('A document whose sender names its source', (start) => {
  let server: TestServer;
  let upstream: TestUpstream;
  let site: { url: string; answer: (request: IncomingMessage, response: ServerResponse) => void };
  const cleanups: (() => unknown)[] = [];

  beforeAll(async () => {
    upstream = await startTestUpstream();
    upstream.answer(embeddings());
    cleanups.push(() => upstream.close());
    server = await start({ KEYWARD_FETCH_PRIVATE: '127.0.0.1/32' });
    const { storage, sealing } = server.app.core;
    const settings = new Settings({ storage, sealing, clock: systemClock });
    await storage.transaction((tx) => settings.set(tx, { EmbeddingModelPref: { value: EMBEDDING_MODEL } }));
    const body = { name: 'test', base_url: upstream.baseUrl, models: [EMBEDDING_MODEL] };
    await server.request('POST', '/v1/upstreams', { body });
    const http = createServer((request, response) => site.answer(request, response));
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
    site = { url, answer: (_request, response) => response.end() };
    cleanups.push(() => http.close());
  });
  afterAll(() => Promise.all(cleanups.map((cleanup) => cleanup())));

  const send = (source: string, bytes: string, options: Options = {}) => {
    const { name = 'notes.txt', title = name, into = '', key } = options;
    const fields = { source, metadata: JSON.stringify({ title }), addToWorkspaces: into };
    return upload<Stored>(server, { name, bytes }, { fields, ...(key === undefined ? {} : { key }) });
  };
  const find = async (slug: string, query: string): Promise<string[]> => {
    const body = { query, topN: 50, scoreThreshold: 0 };
    const found = await server.request<{ results: { text: string }[] }>(
      'POST',
      `/v1/workspace/${slug}/vector-search`,
      { body },
    );
    return found.body.results.map(({ text }) => text.replace(/^.*<\/document_metadata>\s*/s, ''));
  };
  const make = (...names: string[]) => Promise.all(names.map((name) => workspace(server, name)));
  const keyFor = async (allow: string[], scopes = ['documents:*', 'workspaces:write']) =>
    (await server.mint({ scopes, selectors: { workspaces: { allow, deny: [] } } })).secret;
  const detail = async (location: string) =>
    (
      await server.request<{ document: Record<string, unknown> }>(
        'GET',
        `/v1/document/${location.split('/')[1]}`,
      )
    ).body.document;

  test('is known by the same text, and replaced by another one in every workspace', async () => {
    await make('one', 'two');
    const first = await send('a:notes.txt', 'Quentin earns 9000.', { into: 'one,two' });
    expect(first.body).toMatchObject({ error: null, outcome: 'added' });
    const location = first.body.documents[0]?.location ?? '';
    const pin = { docPath: location, pinStatus: true };
    await server.request('POST', '/v1/workspace/one/update-pin', { body: pin });
    const before = upstream.received.length;
    const known = await send('a:notes.txt', 'Quentin earns 9000.', { into: 'one' });
    expect(known.body).toMatchObject({ outcome: 'known', documents: [{ location }] });
    expect(upstream.received).toHaveLength(before);
    const updated = await send('a:notes.txt', 'Quentin earns 9500.', { into: 'one' });
    expect(updated.body).toMatchObject({
      error: null,
      outcome: 'updated',
      documents: [{ location, pageContent: 'Quentin earns 9500.' }],
    });
    expect(upstream.received).toHaveLength(before + 1);
    for (const slug of ['one', 'two']) expect(await find(slug, 'Quentin')).toEqual(['Quentin earns 9500.']);
    const { body } = await server.request<{ workspace: { documents: { pinned: boolean }[] }[] }>(
      'GET',
      '/v1/workspace/one',
    );
    expect(body.workspace[0]?.documents.map(({ pinned }) => pinned)).toEqual([true]);
    expect(await detail(location)).toMatchObject({ source: 'a:notes.txt', sourcePart: 0, wordCount: 3 });
    const events = await server.request('GET', '/v1/audit?action=documents.replace');
    expect(events.text).toContain(location);
  });

  test('is another document than one of the same title and bytes from another source', async () => {
    await make('team-a', 'team-b');
    await send('team-a:notes.txt', 'Quentin earns 9000.', { into: 'team-a' });
    const other = await send('team-b:notes.txt', 'Quentin earns 4000.', { into: 'team-b' });
    expect(other.body).toMatchObject({ outcome: 'added' });
    expect(await find('team-a', 'Quentin')).toEqual(['Quentin earns 9000.']);
    expect(await find('team-b', 'Quentin')).toEqual(['Quentin earns 4000.']);
    expect((await send('team-c:notes.txt', 'Quentin earns 4000.')).body).toMatchObject({ outcome: 'added' });
    const unnamed = await upload<Stored>(
      server,
      { name: 'notes.txt', bytes: 'Quentin earns 4000.' },
      { fields: { metadata: '{"title":"notes.txt"}' } },
    );
    expect(unnamed.body).not.toHaveProperty('outcome');
    expect(unnamed.body).not.toHaveProperty('message');
  });

  test('keeps its former text, which is found, where the new one cannot be embedded', async () => {
    await make('frail');
    const stored = await send('frail', 'Fish on Friday.', { into: 'frail' });
    const { location = '' } = stored.body.documents[0] ?? {};
    upstream.answer(BROKEN);
    const failed = await send('frail', 'Lasagne on Friday.', { into: 'frail' });
    upstream.answer(embeddings());
    expect(failed.status).toBeGreaterThanOrEqual(500);
    expect(failed.text).toContain(`${location}: `);
    expect(failed.text).toContain('Its former version stays.');
    expect(await find('frail', 'Friday')).toEqual(['Fish on Friday.']);
    expect((await send('frail', 'Lasagne on Friday.')).body).toMatchObject({ outcome: 'updated' });
    expect(await find('frail', 'Friday')).toEqual(['Lasagne on Friday.']);
  });

  test('is replaced only by a key with the power over each workspace that holds it', async () => {
    await make('mine', 'theirs');
    const refusals = [
      {
        key: await keyFor(['mine']),
        status: 409,
        text: /is also in a workspace that this key does not cover/,
      },
      { key: await keyFor(['mine', 'theirs'], ['documents:*']), status: 403, text: /workspaces:write/ },
    ];
    await send('shared', 'White turnips.', { into: 'mine,theirs' });
    const before = upstream.received.length;
    for (const { key, status, text } of refusals) {
      const refused = await send('shared', 'Poison.', { key });
      expect([refused.status, refused.text]).toEqual([status, expect.stringMatching(text)]);
      expect(refused.text).toContain('Its former version stays.');
    }
    expect(upstream.received).toHaveLength(before);
    expect(await find('theirs', 'turnips')).toEqual(['White turnips.']);
    const both = await keyFor(['mine', 'theirs']);
    expect((await send('shared', 'Red turnips.', { key: both })).body).toMatchObject({ outcome: 'updated' });
    expect(await find('theirs', 'turnips')).toEqual(['Red turnips.']);
  });

  test('does not exist for a key that does not see it, which adds its own', async () => {
    await make('far', 'near');
    await send('hidden', 'Blue turnips.', { into: 'far' });
    const key = await keyFor(['near']);
    expect((await send('hidden', 'Blue turnips.', { into: 'near', key })).body).toMatchObject({
      outcome: 'added',
    });
    expect((await send('hidden', 'Green turnips.', { into: 'near', key })).body).toMatchObject({
      outcome: 'updated',
    });
    expect(await find('far', 'turnips')).toEqual(['Blue turnips.']);
    // A key that sees both replaces both, and a workspace that holds one of them gets no second one.
    const updated = await send('hidden', 'Black turnips.', { into: 'near' });
    expect(updated.body).toMatchObject({ outcome: 'updated' });
    expect(await find('far', 'turnips')).toEqual(['Black turnips.']);
    expect(await find('near', 'turnips')).toEqual(['Black turnips.']);
  });

  test('that is a mailbox changes message by message', async () => {
    await make('post');
    const message = (at: number, text = `Text ${at}.`) =>
      `From a@b Thu Jan  1 00:00:00 2026\nSubject: m${at}\n\n${text}\n\n`;
    const mail = (...messages: string[]) =>
      send('post', messages.join(''), { name: 'post.mbox', title: 'post', into: 'post' });
    const first = await mail(message(1), message(2), message(3));
    const before = upstream.received.length;
    const second = await mail(message(1), message(2, 'Turnips.'));
    expect(second.body).toMatchObject({ outcome: 'updated' });
    expect(upstream.received).toHaveLength(before + 1);
    expect(second.body.documents.map(({ location }) => location)).toEqual(
      first.body.documents.slice(0, 2).map(({ location }) => location),
    );
    const found = (await find('post', 'text turnips')).map((text) => text.trim()).toSorted();
    expect(found).toEqual([expect.stringContaining('Text 1.'), expect.stringContaining('Turnips.')]);
  });

  test('that is a page is asked for by its ETag, and otherwise known by its text', async () => {
    await make('web');
    let page = { etag: '"1"' as string | undefined, text: 'White turnips.' };
    const statuses: number[] = [];
    site.answer = ({ headers }, response) => {
      const { etag, text } = page;
      const status = etag !== undefined && headers['if-none-match'] === etag ? 304 : 200;
      statuses.push(status);
      response.writeHead(status, { 'content-type': 'text/plain', ...(etag === undefined ? {} : { etag }) });
      response.end(status === 304 ? undefined : text);
    };
    const fetchPage = async () => {
      const link = `${site.url}/page`;
      const body = { link, source: link, addToWorkspaces: 'web' };
      const answer = await server.request<Stored>('POST', '/v1/document/upload-link', { body });
      return answer.body.outcome;
    };
    expect(await fetchPage()).toBe('added');
    expect(await fetchPage()).toBe('known');
    page = { etag: '"2"', text: 'Red turnips.' };
    expect(await fetchPage()).toBe('updated');
    page = { etag: undefined, text: 'Red turnips.' };
    expect(await fetchPage()).toBe('known');
    expect(await fetchPage()).toBe('known');
    page = { etag: undefined, text: 'Blue turnips.' };
    expect(await fetchPage()).toBe('updated');
    expect(statuses).toEqual([200, 304, 200, 200, 200, 200]);
    expect(await find('web', 'turnips')).toEqual(['Blue turnips.']);
  });

  test('is the one that was stored without a source, where the bytes or the page are the same', async () => {
    await make('before');
    const fields = { metadata: '{"title":"old.txt"}', addToWorkspaces: 'before' };
    const old = await upload<Stored>(server, { name: 'old.txt', bytes: 'Old turnips.' }, { fields });
    const now = await send('from:old.txt', 'Old turnips.', { name: 'old.txt' });
    expect(now.body).toMatchObject({
      outcome: 'known',
      documents: [{ location: old.body.documents[0]?.location }],
    });
    site.answer = (_request, response) =>
      response.writeHead(200, { 'content-type': 'text/plain' }).end('A page.');
    const link = `${site.url}/old/page`;
    const bring = (more: object) =>
      server.request<Stored>('POST', '/v1/document/upload-link', { body: { link, ...more } });
    const [before, after] = [await bring({}), await bring({ source: link })];
    const [location] = before.body.documents.map((one) => one.location);
    expect(after.body).toMatchObject({ outcome: 'known', documents: [{ location }] });
    site.answer = (_request, response) =>
      response.writeHead(200, { 'content-type': 'text/plain' }).end('Another page.');
    const changed = await bring({ source: link });
    expect(changed.body).toMatchObject({ outcome: 'updated', documents: [{ location }] });
  });

  test('stays, and is named, where only unused documents are to be removed', async () => {
    await make('keeping');
    const used = (await send('used', 'Used.', { into: 'keeping' })).body.documents[0]?.location ?? '';
    const unused = (await send('unused', 'Unused.')).body.documents[0]?.location ?? '';
    const remove = (body: object) =>
      server.request<{ kept?: string[] }>('DELETE', '/v1/system/remove-documents', { body });
    const names = [used, unused, 'custom-documents/none.json'];
    expect((await remove({ names, unusedOnly: true })).body.kept).toEqual([used]);
    expect((await remove({ names })).body).not.toHaveProperty('kept');
    expect(await find('keeping', 'used')).toEqual([]);
  });

  test.for(['', ' ', 'a\nb', 'x'.repeat(5_001)])('is not stored under the source %j', async (source) => {
    const refused = await send(source, 'Turnips.');
    expect([refused.status, refused.text]).toEqual([
      422,
      expect.stringContaining('source: must be a text of'),
    ]);
  });
});
