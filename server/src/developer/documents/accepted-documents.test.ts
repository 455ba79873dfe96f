import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeOnBothServers, type TestServer } from '../../../test/server.ts';
import { startTestUpstream, type TestUpstream } from '../../../test/upstream.ts';
import { embeddings } from '../../retrieval/retrieval.fixture.ts';
import { upload, workspace } from './documents.fixture.ts';

const MODEL = 'embed-test';
interface Shown {
  workspace: { documents: { docpath: string; notEmbedded?: { status: string } }[] }[];
}

describeOnBothServers('Documents that a request stores and embeds', (start) => {
  let server: TestServer;
  let upstream: TestUpstream;
  beforeAll(async () => {
    server = await start();
    upstream = await startTestUpstream();
    const body = { name: 'test', base_url: upstream.baseUrl, models: [MODEL] };
    await server.request('POST', '/v1/upstreams', { body });
    await server.request('POST', '/v1/system/update-env', { body: { EmbeddingModelPref: MODEL } });
  });
  afterAll(() => upstream.close());

  const inside = async (slug: string): Promise<(string | undefined)[]> => {
    const { body } = await server.request<Shown>('GET', `/v1/workspace/${slug}`);
    return (body.workspace[0]?.documents ?? []).map(({ notEmbedded }) => notEmbedded?.status);
  };
  /** Holds back the answers of the model. */
  function holdBack(): () => void {
    const held: (() => void)[] = [];
    let isOver = false;
    upstream.answer((response, received) => {
      if (isOver) return embeddings()(response, received);
      held.push(() => void embeddings()(response, received));
    });
    return () => {
      isOver = true;
      for (const answer of held) answer();
    };
  }
  const mail = (text: string): string => `From ada@example.org\nSubject: ${text}\n\n${text}\n\n`;

  test('Each is pending in its workspace from the transaction that stores it, until it is embedded', async () => {
    await workspace(server, 'Mails');
    const fields = { addToWorkspaces: 'mails', source: 'box' };
    const send = (...texts: string[]) =>
      upload(server, { name: 'a.mbox', bytes: texts.map(mail).join('') }, { fields });
    upstream.answer(embeddings());
    expect((await send('Turnips.')).body.error).toBeNull();
    upstream.received.splice(0);
    const release = holdBack();
    // The first message is replaced before the second is embedded.
    const sending = send('Beetroots.', 'Parsnips.');
    await expect.poll(() => upstream.received.length).toBe(1);
    expect(await inside('mails')).toEqual([undefined, 'pending']);
    release();
    expect((await sending).body.error).toBeNull();
    expect(await inside('mails')).toEqual([undefined, undefined]);
  });

  test('A document that is refused is in no workspace, and the audit log says that it was taken out again', async () => {
    await workspace(server, 'Small');
    const budgets = [{ name: 'tokens', unit: 'tokens', period: 'day', amount: '3' }];
    const scopes = ['documents:write', 'workspaces:write', 'models:use'];
    const { secret, id } = await server.mint({ scopes, budgets });
    upstream.answer(embeddings());
    const bytes = 'A text of many more words than the budget of the key. '.repeat(5);
    const { body } = await upload(server, { bytes }, { key: secret, fields: { addToWorkspaces: 'small' } });
    expect(body.error).toContain('was stored but not embedded into small:');
    expect(await inside('small')).toEqual([]);
    const { body: audit } = await server.request<{ items: { action: string }[] }>(
      'GET',
      `/v1/audit?actor=${id}`,
    );
    const actions = audit.items.map(({ action }) => action);
    expect(actions.toReversed()).toEqual(['workspaces.embed', 'documents.add', 'workspaces.unembed']);
  });
});
