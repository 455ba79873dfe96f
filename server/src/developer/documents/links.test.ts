import { readdirSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeOnBothServers, type TestServer } from '../../../test/server.ts';
import { pdf } from '../../documents/files.fixture.ts';
import { seenBy, workspace, type UploadBody } from './documents.fixture.ts';

const PAGE = `<html><head><title>On Turnips</title></head><body><nav>Home</nav><article>${'<p>Turnips are sown in spring, in rows, and watered each day.</p>'.repeat(8)}</article></body></html>`;

describeOnBothServers('links over the Developer API', (start) => {
  let server: TestServer;
  let site: Server;
  let url: string;
  const seen: IncomingMessage[] = [];

  beforeAll(async () => {
    site = createServer((request, response) => {
      seen.push(request);
      const isPdf = request.url === '/book.pdf';
      response.writeHead(request.url === '/gone' ? 404 : 200, {
        'content-type': isPdf ? 'application/pdf' : 'text/html',
      });
      response.end(isPdf ? pdf(['White turnips']) : request.url === '/empty' ? '<p></p>' : PAGE);
    });
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
    server = await start({ KEYWARD_FETCH_PRIVATE: '127.0.0.1/32' });
    await workspace(server, 'docs');
  });
  afterAll(() => {
    site.closeAllConnections();
    site.close();
  });

  const bring = (body: object, on = server) =>
    on.request<UploadBody>('POST', '/v1/document/upload-link', { body });
  const leftFiles = (): string[] => readdirSync(join(server.dataDir, 'uploads'));

  it('become documents with the text of the page', async () => {
    const { status, body } = await bring({ link: `${url}/a/b` });
    expect(status).toBe(200);
    const [document] = body.documents;
    expect(body).toMatchObject({ success: true, error: null });
    expect(document).toMatchObject({
      url: 'file://127.0.0.1_a_b.html',
      title: 'On Turnips',
      docAuthor: 'no author found',
      description: 'No description found.',
      docSource: 'URL link uploaded by the user.',
      chunkSource: `link://${url}/a/b`,
      location: `custom-documents/url-127.0.0.1_a_b-${document?.id}.json`,
    });
    expect(document?.pageContent).toContain('sown in spring');
    expect(document?.pageContent).not.toMatch(/Home|<p>/);
    expect(leftFiles()).toEqual([]);
  });

  it('to files are read as those', async () => {
    const { body } = await bring({ link: `${url}/book.pdf`, metadata: { title: 'Book', docAuthor: 'Bob' } });
    expect(body.documents[0]).toMatchObject({
      title: 'Book',
      docAuthor: 'Bob',
      pageContent: 'White turnips\n\n',
    });
  });

  it('are fetched with the headers that the client wants', async () => {
    await bring({ link: url, scraperHeaders: { 'X-Token': 'abc', Host: 'elsewhere', bad: 'a\r\nb' } });
    expect(seen.at(-1)?.headers).toMatchObject({ 'x-token': 'abc', host: new URL(url).host });
  });

  it('say in which workspace they wait to be embedded', async () => {
    const { status, body } = await bring({ link: url, addToWorkspaces: 'docs' });
    expect({ status, error: body.error }).toEqual({
      status: 200,
      // No model embeds here.
      error: expect.stringMatching(/^On Turnips was stored in docs and waits to be embedded: /),
    });
    const { secret } = await server.mint({ scopes: ['documents:write'] });
    const refused = await server.request('POST', '/v1/document/upload-link', {
      key: secret,
      body: { link: url, addToWorkspaces: 'docs' },
    });
    expect(refused.status).toBe(403);
  });

  it('that lead to nothing keep nothing', async () => {
    const before = await seenBy(server);
    const refusals: Record<string, RegExp> = {
      'nowhere.invalid': /^No URL content found at https:\/\/nowhere\.invalid\.$/,
      [`${url}/gone`]: /^No URL content found at .*\/gone\. It answers 404\.$/,
      'http://127.0.0.2/': /^No URL content found at \S+\.$/,
      'http://[::1]/': /^No URL content found at \S+\.$/,
      'http://169.254.169.254/latest/meta-data/': /^No URL content found at \S+\.$/,
      'file:///etc/passwd': /Only http and https/,
      'http://me:hush@example.com/': /^No URL content found at http:\/\/example\.com\/\. Only http/,
      [`${url}/empty`]: /has no text in it\.$/,
    };
    for (const [link, error] of Object.entries(refusals)) {
      expect(await bring({ link })).toMatchObject({
        status: 400,
        body: { success: false, error: expect.stringMatching(error), documents: [] },
      });
    }
    expect(await seenBy(server)).toEqual(before);
    expect(leftFiles()).toEqual([]);
  });

  it.for([{}, { link: '' }, { link: 7 }, { link: ['x'] }])('are none: %j', async (body) => {
    const answer = await bring(body);
    expect(answer).toMatchObject({ status: 400 });
    expect(answer.body).toEqual({
      success: false,
      error: expect.stringMatching(/^link: must be an address/),
    });
  });

  it('lead nowhere private unless the operator says so', async () => {
    const closed = await start();
    const before = seen.length;
    expect(await bring({ link: url }, closed)).toMatchObject({
      status: 400,
      body: { error: expect.stringMatching(/^No URL content found at \S+\.$/) },
    });
    expect(seen.length).toBe(before);
  });
});
