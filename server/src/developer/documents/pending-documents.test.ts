import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  describeOnBothServers,
  describeOnServer,
  type NewKey,
  type TestServer,
} from '../../../test/server.ts';
import { json, startTestUpstream, type TestUpstream } from '../../../test/upstream.ts';
import { systemClock } from '../../base/clock.ts';
import { EMBEDDING_MODEL, embeddings } from '../../retrieval/retrieval.fixture.ts';
import { Settings } from '../../settings/index.ts';
import { upload } from './documents.fixture.ts';

interface Waits {
  status: string;
  reason: string;
  soon: boolean;
}
interface InWorkspace {
  docpath: string;
  notEmbedded?: Waits;
}
interface Embedded {
  workspace: { documents: InWorkspace[] };
  message?: string;
  skipped?: { name: string; reason: string }[];
}
interface Uploaded {
  success: boolean;
  error: string | null;
  documents: { location: string; id: string; name: string }[];
  pending?: (Waits & { location: string; workspace: string })[];
}

const down = json({ error: { message: 'down for maintenance' } }, 503);

async function withModel(server: TestServer): Promise<TestUpstream> {
  const upstream = await startTestUpstream();
  const { storage, sealing } = server.app.core;
  const settings = new Settings({ storage, sealing, clock: systemClock });
  await storage.transaction((tx) => settings.set(tx, { EmbeddingModelPref: { value: EMBEDDING_MODEL } }));
  const body = { name: 'test', base_url: upstream.baseUrl, models: [EMBEDDING_MODEL] };
  await server.request('POST', '/v1/upstreams', { body });
  return upstream;
}

describeOnBothServers('pending documents of the Developer API', (start) => {
  let server: TestServer;
  let upstream: TestUpstream;
  const workspace = async (slug: string, key?: string): Promise<InWorkspace[]> => {
    const { body } = await server.request<{ workspace: { documents: InWorkspace[] }[] }>(
      'GET',
      `/api/v1/workspace/${slug}`,
      key === undefined ? {} : { key },
    );
    return body.workspace[0]?.documents ?? [];
  };
  let made = 0;
  /** A document without vectors. */
  const document = async (key?: string): Promise<string> => {
    const { body } = await server.request<Uploaded>('POST', '/api/v1/document/raw-text', {
      body: { textContent: `A new text ${++made}.`, metadata: { title: `New ${made}` } },
      ...(key === undefined ? {} : { key }),
    });
    return body.documents[0]?.location ?? '';
  };
  const embed = (slug: string, body: object, key?: string) =>
    server.request<Embedded>('POST', `/api/v1/workspace/${slug}/update-embeddings`, {
      body,
      ...(key === undefined ? {} : { key }),
    });
  const uploadTo = (slug: string, key: string) =>
    upload<Uploaded>(
      server,
      { name: `file ${++made}.txt`, bytes: `Some text ${made}.` },
      { key, fields: { addToWorkspaces: slug } },
    );
  /** All that waits is due. */
  async function embedPending(): Promise<void> {
    const { storage, retrieval } = server.app.core;
    await storage.transaction((tx) => sql`update pending_documents set next_at = 0`.execute(tx));
    await retrieval.embedPending();
  }
  /** Of a workspace with one document. */
  const waits = async (slug: string): Promise<Waits | undefined> => (await workspace(slug))[0]?.notEmbedded;
  const newWorkspace = async (): Promise<string> => {
    const { body } = await server.request<{ workspace: { slug: string } }>('POST', '/v1/workspace/new', {
      body: { name: `Room ${++made}` },
    });
    return body.workspace.slug;
  };

  beforeAll(async () => {
    server = await start();
    upstream = await withModel(server);
  });
  beforeEach(() => upstream.answer(embeddings()));
  afterAll(() => upstream.close());

  test('An upload says that its document waits and why, and every view shows it until it is embedded', async () => {
    const slug = await newWorkspace();
    upstream.answer(down);
    const { status, body } = await uploadTo(slug, server.adminKey);
    expect([status, body.success]).toEqual([200, true]);
    expect(body.error).toMatch(
      new RegExp(
        `^file \\d+\\.txt was stored in ${slug} and waits to be embedded: .*down for maintenance.* as soon as`,
      ),
    );
    const reason = expect.stringContaining('down for maintenance') as string;
    const shown = { status: 'pending', reason, soon: false };
    const [stored] = body.documents;
    expect(body.pending).toEqual([{ location: stored?.location, workspace: slug, ...shown }]);
    expect(await waits(slug)).toMatchObject(shown);
    const views = async (): Promise<string[]> => {
      const found = [
        '/v1/documents',
        '/v1/documents/folder/custom-documents',
        '/v1/documents?folder=custom-documents',
      ];
      const name = stored?.location.split('/')[1] ?? '';
      const paths = [...found, `/v1/document/${encodeURIComponent(name)}`];
      const answers = await Promise.all(paths.map((path) => server.request('GET', `/api${path}`)));
      return answers.map(({ text }) => text);
    };
    for (const text of await views()) expect(text).toContain('down for maintenance');
    upstream.answer(embeddings());
    await embedPending();
    expect(await workspace(slug)).toMatchObject([{ docpath: stored?.location }]);
    expect(await waits(slug)).toBeUndefined();
    for (const text of await views()) expect(text).not.toContain('notEmbedded');
  });

  test('update-embeddings says which documents wait, and records once that they were put in', async () => {
    const slug = await newWorkspace();
    upstream.answer(down);
    const location = await document();
    const { status, body } = await embed(slug, { adds: [location, 'custom-documents/none.json'] });
    expect(status).toBe(200);
    expect(body.message).toMatch(
      /^custom-documents\/none\.json: There is no such document\. 1 more were skipped\.$/,
    );
    const reason = /^It waits to be embedded: .*down for maintenance.* as soon as it can be\.$/;
    expect(body.skipped?.[1]).toMatchObject({
      name: location,
      reason: expect.stringMatching(reason) as string,
    });
    expect(body.workspace.documents).toMatchObject([
      { docpath: location, notEmbedded: { status: 'pending' } },
    ]);
    await embed(slug, { adds: [location] });
    upstream.answer(embeddings());
    expect(Object.keys((await embed(slug, { adds: [location] })).body)).toEqual(['workspace']);
    const { body: audit } = await server.request<{ items: { details: { first: string[] } }[] }>(
      'GET',
      '/v1/audit?action=workspaces.embed&limit=200',
    );
    expect(audit.items.filter(({ details }) => details.first.includes(location))).toHaveLength(1);
  });

  const budgets = [{ name: 'tokens', unit: 'tokens', period: 'day', amount: '1000' }];
  const scopes = ['documents:write', 'documents:read', 'workspaces:write', 'models:use'];
  const used = async ({ id }: NewKey): Promise<number> => {
    const { body } = await server.request<{ budgets: { used: string }[] }>('GET', `/v1/keys/${id}`);
    return Number(body.budgets[0]?.used);
  };

  test('With a spent budget documents wait, and are embedded on the account of their key once it is raised', async () => {
    const slug = await newWorkspace();
    const key = await server.mint({ scopes, budgets });
    const spend = { body: { input: 'word '.repeat(20) }, key: key.secret };
    const spent = async () => (await server.request('POST', '/api/v1/openai/embeddings', spend)).status;
    while ((await spent()) === 200) continue;
    const before = await used(key);
    const { body } = await uploadTo(slug, key.secret);
    expect(body.error).toContain('The budget "tokens" of this key');
    // Others who see the document do not see the budget.
    expect((await waits(slug))?.reason).toBe('A budget of the key that put it there does not suffice.');
    await embedPending();
    expect([await waits(slug), await used(key)]).toMatchObject([{ status: 'pending' }, before]);
    const raised = { budgets: [{ ...budgets[0], amount: '100000' }] };
    await server.request('PATCH', `/v1/keys/${key.id}`, { body: raised });
    await embedPending();
    expect(await waits(slug)).toBeUndefined();
    await expect.poll(() => used(key)).toBeGreaterThan(before);
  });

  /** A document of this key waits in a workspace of its own. */
  async function waitingFor(slug: string, key: NewKey): Promise<string> {
    upstream.answer(down);
    const { body } = await uploadTo(slug, key.secret);
    expect(body.pending).toHaveLength(1);
    upstream.answer(embeddings());
    upstream.received.length = 0;
    return body.documents[0]?.location ?? '';
  }
  /** What is left of it, and how often the model was asked. */
  async function tried(slug: string): Promise<unknown> {
    await embedPending();
    return [await waits(slug), upstream.received.length];
  }
  const failed = (reason: string) => [
    { workspaceId: expect.any(Number) as number, status: 'failed', reason, soon: false },
    0,
  ];

  test('The document of a key that was revoked has failed, and another key that adds it again embeds it', async () => {
    const slug = await newWorkspace();
    const key = await server.mint({ scopes });
    const location = await waitingFor(slug, key);
    await server.request('POST', `/v1/keys/${key.id}/revoke`);
    expect(await tried(slug)).toEqual(failed('The key that put it there has ended.'));
    expect((await embed(slug, { adds: [location] })).body.message).toBeUndefined();
    expect(await waits(slug)).toBeUndefined();
  });

  test('The document of a key that has lost its scope, its workspace or its model has failed', async () => {
    const [scope, bound, model] = [await newWorkspace(), await newWorkspace(), await newWorkspace()];
    const change = (key: NewKey, body: object) => server.request('PATCH', `/v1/keys/${key.id}`, { body });
    const one = await server.mint({ scopes });
    await waitingFor(scope, one);
    await change(one, { scopes: ['documents:write'] });
    expect(await tried(scope)).toEqual(
      failed('The key lacks the scope workspaces:write. It put the document there.'),
    );
    const two = await server.mint({ scopes });
    await waitingFor(bound, two);
    await change(two, { selectors: { workspaces: { allow: ['other'], deny: [] } } });
    expect(await tried(bound)).toEqual(
      failed('The key that put it there does not cover this workspace any more.'),
    );
    const three = await server.mint({ scopes });
    await waitingFor(model, three);
    await change(three, { selectors: { models: { allow: [], deny: [EMBEDDING_MODEL] } } });
    expect(await tried(model)).toEqual(
      failed('The key that put it there does not cover the embedding model.'),
    );
  });

  test('A key that is revoked while its document is embedded embeds nothing more of it', async () => {
    const slug = await newWorkspace();
    const key = await server.mint({ scopes });
    await waitingFor(slug, key);
    upstream.answer(() => undefined);
    const round = embedPending();
    await expect.poll(() => upstream.received.length).toBe(1);
    const { body: running } = await server.request<{ items: { route: string; key_id: string }[] }>(
      'GET',
      '/v1/running',
    );
    expect(running.items.filter(({ key_id }) => key_id === key.id)).toMatchObject([
      { route: 'documents.pending' },
    ]);
    await server.request('POST', `/v1/keys/${key.id}/revoke`);
    await upstream.received[0]?.aborted;
    await round;
    upstream.received.length = 0;
    expect(await tried(slug)).toEqual(failed('The key that put it there has ended.'));
  });

  test('A key that is bound to a workspace sees what waits there, and nothing of what waits elsewhere', async () => {
    const [own, foreign] = [await newWorkspace(), await newWorkspace()];
    upstream.answer(down);
    const location = await document();
    for (const slug of [own, foreign]) await embed(slug, { adds: [location] });
    const { secret } = await server.mint({
      scopes: ['documents:read'],
      selectors: { workspaces: { allow: [own], deny: [] } },
    });
    const { text } = await server.request('GET', '/api/v1/documents', { key: secret });
    expect(text.match(/"workspaceId":/g)).toHaveLength(1);
  });
});

describeOnServer('sqlite', 'a full disk', (start) => {
  test('update-embeddings and uploads on a full disk answer with an error in words, and work again afterwards', async () => {
    const server = await start();
    const upstream = await withModel(server);
    upstream.answer(embeddings());
    const { storage } = server.app.core;
    await server.request('POST', '/v1/workspace/new', { body: { name: 'Docs' } });
    const lines = Array.from({ length: 600 }, (_, at) => `line ${at} `.repeat(60));
    const note = { textContent: lines.join('\n\n'), metadata: { title: 'Long' } };
    const { body } = await server.request<Uploaded>('POST', '/api/v1/document/raw-text', { body: note });
    const location = body.documents[0]?.location ?? '';
    const limit = (pages: number) =>
      storage.transaction((tx) => sql.raw(`pragma max_page_count = ${pages}`).execute(tx));
    const { rows } = await sql<{ page_count: number }>`pragma page_count`.execute(storage.db);
    await limit((rows[0]?.page_count ?? 0) + 5);
    const embed = () =>
      server.request<Embedded & { error?: string }>('POST', '/api/v1/workspace/docs/update-embeddings', {
        body: { adds: [location] },
      });
    const refused = await embed();
    expect([refused.status, refused.body.error]).toEqual([
      503,
      expect.stringContaining('disk of the database is full'),
    ]);
    await limit(1_000_000);
    expect((await embed()).body).toMatchObject({ workspace: { documents: [{ docpath: location }] } });
    await upstream.close();
  });
});
