import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { describeOnBothServers, type TestServer } from '../../../test/server.ts';
import { docx, eml, mbox, pdf } from '../../documents/files.fixture.ts';
import { note, seenBy, upload, workspace, type UploadBody } from './documents.fixture.ts';

describeOnBothServers('uploads over the Developer API', (start) => {
  let server: TestServer;

  beforeAll(async () => {
    server = await start();
    await workspace(server, 'docs');
  });

  const leftFiles = (): string[] => readdirSync(join(server.dataDir, 'uploads'));
  const all = async (): Promise<string[]> => Object.values(await seenBy(server)).flat();

  it('keep the text of a file', async () => {
    const bytes = 'Paragraph 1. The turnip festival.\n';
    const { status, body } = await upload(server, { name: 'festival.txt', bytes });
    expect(status).toBe(200);
    const [document] = body.documents;
    expect(body).toEqual({
      success: true,
      error: null,
      documents: [
        {
          id: document?.id,
          url: 'file://festival.txt',
          title: 'festival.txt',
          docAuthor: 'Unknown',
          description: 'Unknown',
          docSource: 'a text file uploaded by the user.',
          chunkSource: '',
          published: expect.stringMatching(/^\d+\/\d+\/\d{4}, \d+:\d\d:\d\d [AP]M$/),
          wordCount: 5,
          pageContent: bytes,
          token_count_estimate: expect.any(Number),
          location: `custom-documents/festival.txt-${document?.id}.json`,
          isDirectUpload: false,
        },
      ],
    });
    expect(await all()).toContain(document?.location);
    expect(leftFiles()).toEqual([]);
  });

  it('name in warnings what in a file was not read', async () => {
    const scan = await upload(server, { name: 'half.pdf', bytes: pdf(['White turnips', '']) });
    expect(scan).toMatchObject({
      status: 200,
      body: {
        success: true,
        error: null,
        documents: [{ pageContent: 'White turnips\n\n\n\n' }],
        warnings: ['Page 2 has no readable text, such as a scan.'],
      },
    });
    // A long text is answered in pieces.
    const long = await upload(server, { name: 'long.pdf', bytes: pdf(['turnip '.repeat(40_000), '']) });
    expect(long.body).toMatchObject({
      documents: [{ title: 'long.pdf' }],
      warnings: [expect.stringContaining('Page 2')],
    });
  });

  it('are in the audit record', async () => {
    const { body } = await upload(server, { bytes: 'turnips' });
    const { body: page } = await server.request<{ items: object[] }>(
      'GET',
      '/v1/audit?action=documents.add&limit=1',
    );
    expect(page.items[0]).toMatchObject({
      action: 'documents.add',
      target: body.documents[0]?.location,
      outcome: 'ok',
      details: { bytes: 7 },
    });
  });

  it('take what the form says of the file', async () => {
    const metadata = JSON.stringify({ title: 'Custom T', docAuthor: 'A', unknown: 'x', description: '' });
    const { body } = await upload(server, { bytes: 'x' }, { fields: { metadata } });
    expect(body.documents[0]).toMatchObject({ title: 'Custom T', docAuthor: 'A', description: 'Unknown' });
    const odd = await upload(server, { bytes: 'x' }, { fields: { metadata: '{no json' } });
    expect(odd.body.documents[0]).toMatchObject({ title: 'note.txt' });
  });

  it('go into the folder of the path, which is made, and then have a name', async () => {
    const path = '/v1/document/upload/my-folder';
    const { body } = await upload(server, { bytes: 'x' }, { path });
    const [document] = body.documents;
    expect(Object.keys(document ?? {}).at(-1)).toBe('name');
    expect(document?.location).toBe(`my-folder/${String(document?.['name'])}`);
    const odd = await upload(server, { bytes: 'x' }, { path: '/v1/document/upload/a%2fb' });
    expect(odd).toMatchObject({
      status: 400,
      body: { success: false, error: expect.stringMatching(/^Invalid folder name/), documents: [] },
    });
  });

  it('name each workspace that does not exist, and are stored all the same', async () => {
    const fields = { addToWorkspaces: 'nope, gone' };
    const { status, body } = await upload(server, { name: 'lone.txt', bytes: 'alone' }, { fields });
    expect(status).toBe(200);
    expect(body.error).toBe(
      'lone.txt was stored but not embedded into nope: There is no such workspace. gone: There is no such workspace.',
    );
    expect(await all()).toContain(body.documents[0]?.location);
    const many = { addToWorkspaces: Array.from({ length: 101 }, (_, i) => `w${i}`).join() };
    expect((await upload(server, { bytes: 'y' }, { fields: many })).status).toBe(422);
  });

  it('with the same bytes are in their folder once, also of a mailbox, and say so', async () => {
    const path = '/v1/document/upload/once';
    const here = async () => (await seenBy(server))['once'] ?? [];
    const file = { name: 'same.txt', bytes: 'the same bytes' };
    const [first, second] = await Promise.all([
      upload(server, file, { path }),
      upload(server, file, { path }),
    ]);
    const locations = [first, second].map(({ body }) => body.documents[0]?.location);
    expect(new Set(locations).size).toBe(1);
    expect(await here()).toEqual([locations[0]]);
    const again = await upload<UploadBody & { message: string }>(server, file, { path });
    expect(again.body.message).toBe(`The folder has the same already: ${locations[0]}.`);
    expect(again.body.documents[0]).toMatchObject({ location: locations[0], pageContent: 'the same bytes' });
    // Other bytes, another statement about them, another folder: another document.
    const metadata = JSON.stringify({ title: 'another' });
    await upload(server, { ...file, bytes: 'other bytes' }, { path });
    await upload(server, file, { path, fields: { metadata } });
    expect(await here()).toHaveLength(3);
    const elsewhere = await upload(server, file, { path: '/v1/document/upload/elsewhere' });
    expect(Object.keys(elsewhere.body)).not.toContain('message');
    const mailbox = { name: 'box.mbox', bytes: mbox([eml('One', 'The first.'), eml('Two', 'The second.')]) };
    const one = await upload(server, mailbox, { path });
    const two = await upload(server, mailbox, { path });
    expect(two.body.documents.map(({ id }) => id)).toEqual(one.body.documents.map(({ id }) => id));
  });

  it('with the same bytes as a document that the key does not see are stored, and give none of it away', async () => {
    const path = '/v1/document/upload/shared';
    const file = { name: 'secret.txt', bytes: 'bytes of somebody else' };
    const theirs = await upload(server, file, { path });
    const workspaces = { allow: ['docs'], deny: [] };
    const { secret: key } = await server.mint({ scopes: ['documents:write'], selectors: { workspaces } });
    const own = await upload(server, file, { path, key });
    expect(own.status).toBe(200);
    expect(own.body.documents[0]?.id).not.toBe(theirs.body.documents[0]?.id);
  });

  it('keep every sign of their names that is no separator', async () => {
    const { body } = await upload(server, { name: 'Rüben <“a”?*|>x.txt', bytes: 'x' });
    expect(body.documents[0]).toMatchObject({ title: 'Rüben <“a”?*|>x.txt' });
    const nameless = await upload(server, { name: '...', bytes: 'x' });
    expect(nameless.body.documents[0]?.location).toMatch(/^custom-documents\/file-/);
    const path = await upload(server, { name: '../../etc/passwd', bytes: 'x' });
    expect(path.body.documents[0]?.location).toMatch(/^custom-documents\/passwd-/);
  });

  it('keep names in the encodings of old clients, or warn that the name could not be read', async () => {
    const send = async (name: string) => {
      const head = `--b\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\n\r\n`;
      const answer = await fetch(`${server.url}/api/v1/document/upload`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${server.adminKey}`,
          'content-type': 'multipart/form-data; boundary=b',
        },
        body: Buffer.from(`${head}Of ${name.length} bytes.\r\n--b--\r\n`, 'latin1'),
      });
      const body = (await answer.json()) as UploadBody & { warnings?: string[] };
      expect(body).toMatchObject({ success: true });
      return body;
    };
    const chinese = await send('\xb1\xa8\xb8\xe6.txt');
    expect([chinese.documents[0]?.title, chinese.warnings]).toEqual(['报告.txt', undefined]);
    expect(chinese.documents[0]?.location).toMatch(/^custom-documents\/报告\.txt-/);
    const unclear = await send('\xb1\xed.txt');
    expect([unclear.documents[0]?.title, unclear.warnings]).toEqual([
      '%B1%ED.txt',
      [expect.stringContaining('send it as UTF-8')],
    ]);
  });

  it('are read as what they are', async () => {
    const office = await upload(server, { name: 'a.docx', bytes: docx(['White turnips']) });
    expect(office.body.documents[0]).toMatchObject({
      pageContent: 'White turnips\n\n',
      docAuthor: 'Ada',
      docSource: 'a docx file uploaded by the user.',
    });
    const book = await upload(server, { name: 'a.pdf', bytes: pdf(['White', 'Round']) });
    expect(book.body.documents[0]?.pageContent).toBe('White\n\nRound\n\n');
  });

  it('that hold mail become a document each mail', async () => {
    const bytes = mbox([eml('Turnips', 'They are ripe.'), eml('Beets', 'They are not.')]);
    const { status, body } = await upload(
      server,
      { name: 'all.mbox', bytes },
      { path: '/v1/document/upload/mail' },
    );
    expect(status).toBe(200);
    expect(body.documents).toMatchObject([
      { title: 'Turnips', docAuthor: 'Ada <ada@example.org>', pageContent: expect.stringMatching(/ripe\.$/) },
      { title: 'Beets', docAuthor: 'Ada <ada@example.org>', pageContent: expect.stringMatching(/not\.$/) },
    ]);
    const locations = body.documents.map(({ location }) => location);
    expect((await seenBy(server))['mail']?.toSorted()).toEqual(locations.toSorted());
    const { body: page } = await server.request<{ items: object[] }>(
      'GET',
      '/v1/audit?action=documents.add&limit=1',
    );
    expect(page.items[0]).toMatchObject({ target: 'documents', details: { count: 2, first: locations } });
  });

  it('say which workspace they did not get into, and why', async () => {
    const { status, body } = await upload(
      server,
      { bytes: 'x' },
      { fields: { addToWorkspaces: 'docs, nope' } },
    );
    expect({ status, success: body.success }).toEqual({ status: 200, success: true });
    // No model embeds here.
    expect(body.error).toMatch(
      /^note\.txt was stored but not embedded into nope: There is no such workspace\. note\.txt was stored in docs and waits/,
    );
    expect(await all()).toContain(body.documents[0]?.location);
  });

  it('into workspaces take the scope for workspaces, or nothing is kept', async () => {
    const { secret } = await server.mint({ scopes: ['documents:write'] });
    const before = await all();
    const fields = { addToWorkspaces: 'docs' };
    const refused = await upload<{ error: string }>(server, { bytes: 'x' }, { key: secret, fields });
    expect(refused).toMatchObject({
      status: 403,
      body: { error: expect.stringMatching(/workspaces:write/) },
    });
    const text = { textContent: 'x', metadata: { title: 't' }, ...fields };
    const raw = await server.request('POST', '/v1/document/raw-text', { key: secret, body: text });
    expect(raw.status).toBe(403);
    expect(await all()).toEqual(before);
    expect((await upload(server, { bytes: 'x' }, { key: secret })).status).toBe(200);
  });

  describe('are refused', () => {
    it('when the file is in another field, or there are two', async () => {
      const answer = await upload(server, { bytes: 'x', field: 'wrong' });
      const refusal = {
        status: 400,
        body: { success: false, error: 'Invalid file upload. Unexpected field' },
      };
      expect(answer).toMatchObject(refusal);
      const form = new FormData();
      for (const name of ['a.txt', 'b.txt']) form.append('file', new Blob(['x']), name);
      expect(await server.request('POST', '/v1/document/upload', { body: form })).toMatchObject(refusal);
    });

    it('without a file, without a form, without a body', async () => {
      const form = new FormData();
      form.append('metadata', '{}');
      const headers = { 'content-type': 'multipart/form-data' };
      for (const options of [{ body: form }, { body: { file: 'x' } }, {}, { body: 'x', headers }]) {
        const answer = await server.request('POST', '/v1/document/upload', options);
        expect(answer).toMatchObject({ status: 400, body: { success: false } });
        expect(answer.text).toMatch(
          /Invalid file upload\. The (?:form has no file|body is no form)\. Send multipart/,
        );
      }
    });

    it('with too many fields, or one that is too long', async () => {
      const fields = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`f${i}`, 'x']));
      const many = await upload(server, { bytes: 'x' }, { fields });
      expect(many).toMatchObject({
        status: 400,
        body: { error: expect.stringMatching(/^Invalid file upload\. Too many/) },
      });
      const long = await upload(server, { bytes: 'x' }, { fields: { metadata: 'x'.repeat(1_100_000) } });
      expect(long).toMatchObject({
        status: 400,
        body: { error: 'Invalid file upload. Field value too long' },
      });
    });

    it('when they cannot be read, with what is missing', async () => {
      const before = await all();
      for (const [name, bytes, error] of [
        [
          'a.bin',
          Buffer.from([1, 0, 2]),
          'File extension .bin not supported for parsing and cannot be assumed as text file type.',
        ],
        ['a.mp3', 'x', 'a.mp3: Sound is not read here: it takes an upstream for transcription.'],
        ['a.docx', 'x', 'a.docx is damaged: it is not a zip archive, as files of its kind are.'],
      ] as const) {
        const answer = await upload(server, { name, bytes });
        expect(answer).toMatchObject({ status: 400, body: { success: false, error, documents: [] } });
      }
      expect(await all()).toEqual(before);
    });

    it('when workspaces come as a list', async () => {
      const form = new FormData();
      form.append('file', new Blob(['x']), 'a.txt');
      for (const slug of ['a', 'b']) form.append('addToWorkspaces', slug);
      const answer = await server.request<UploadBody>('POST', '/v1/document/upload', { body: form });
      expect(answer).toMatchObject({
        status: 422,
        body: { success: false, error: expect.stringMatching(/Got object$/) },
      });
    });
  });

  it('that break off leave nothing', async () => {
    const before = await all();
    const head = [
      'POST /v1/document/upload HTTP/1.1',
      'Host: x',
      `Authorization: Bearer ${server.adminKey}`,
      'Content-Type: multipart/form-data; boundary=b',
      'Content-Length: 100000',
      '',
      '--b',
      'Content-Disposition: form-data; name="file"; filename="cut.txt"',
      '',
      'the beginning',
    ];
    expect(await server.raw(head.join('\r\n'), { destroyAfterMs: 100 })).toBe('');
    // A form without its end, in a request that is whole.
    const cut = [
      '--b',
      'Content-Disposition: form-data; name="file"; filename="cut.txt"',
      '',
      'the beginning',
    ];
    const answer = await server.request('POST', '/v1/document/upload', {
      body: cut.join('\r\n'),
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
    });
    expect(answer).toMatchObject({
      status: 400,
      body: { error: 'Invalid file upload. Unexpected end of form' },
    });
    expect(await all()).toEqual(before);
    expect(leftFiles()).toEqual([]);
    expect(server.log.filter((line) => line.includes('"level":50'))).toEqual([]);
  });

  it('of 20 MB arrive whole, and the server answers others meanwhile', async () => {
    const bytes = Buffer.alloc(20_000_000, 'turnip ');
    const uploading = upload(server, { bytes });
    const others = await Promise.all(Array.from({ length: 20 }, (_, i) => note(server, `n${i}`)));
    expect(others).toHaveLength(20);
    const { body } = await uploading;
    expect(body.documents[0]?.pageContent.length).toBe(20_000_000);
    expect(body.documents[0]?.['token_count_estimate']).toBe(2_500_000);
  });
});
