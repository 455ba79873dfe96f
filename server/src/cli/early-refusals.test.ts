import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient, KeywardApiError } from '@keyward/sdk';
import { beforeAll, expect, test } from 'vitest';
import { describeOnServer, type TestServer } from '../../test/server.ts';
import { Home } from './cli.fixture.ts';

/** More than the buffers of a connection hold. */
const LARGE_BYTES = 24 * 1024 * 1024;

describeOnServer('sqlite', 'a refusal that comes before the body was read', (start) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start({ KEYWARD_UPLOAD_MAX_MIB: '1' });
  });
  const file = new Blob([new Uint8Array(LARGE_BYTES)]);
  const failure = (apiKey: string, folder?: string): Promise<unknown> =>
    createClient({ url: server.url, apiKey, retries: 0 })
      .uploadDocument({ file, name: 'large.txt', folder })
      .then(
        () => 'stored',
        (error: unknown) => error,
      );

  test.for<[what: string, key: 'good' | 'bad', folder: string | undefined, status: number, said: RegExp]>([
    ['the name of a folder with a slash', 'good', 'a/b', 400, /^Invalid folder name\. /],
    ['a file that is too large', 'good', 'large', 400, /^Invalid file upload\. File too large/],
    ['a bad key', 'bad', undefined, 403, /^No valid api key found/],
  ])('reaches the SDK as that refusal: %s', async ([, key, folder, status, said]) => {
    for (let count = 0; count < 4; count++) {
      const error = await failure(key === 'good' ? server.adminKey : 'sk-kw1no', folder);
      expect(error).toBeInstanceOf(KeywardApiError);
      expect(error).toMatchObject({ status, message: expect.stringMatching(said) });
    }
  });

  test.for([10, 100_000, LARGE_BYTES])(
    'reaches the command line as that refusal: %d bytes',
    async (bytes) => {
      const home = new Home({ KEYWARD_URL: server.url, KEYWARD_API_KEY: server.adminKey });
      const path = join(home.folder, 'some.txt');
      await writeFile(path, Buffer.alloc(bytes, 'a'));
      for (let count = 0; count < 4; count++) {
        const { stderr, stdout } = await home.run(['documents', 'add', path, '--folder', 'a/b']);
        expect(stdout + stderr).toContain('Invalid folder name');
        expect(stdout + stderr).not.toMatch(/EPIPE|cannot be reached/);
      }
    },
  );

  test('ends its connection if the client stops in the middle of its body', async () => {
    const head = [
      'POST /v1/document/upload/a%2fb HTTP/1.1',
      'host: x',
      `authorization: Bearer ${server.adminKey}`,
      'content-type: multipart/form-data; boundary=b',
      'content-length: 1000000',
    ].join('\r\n');
    expect(await server.raw(`${head}\r\n\r\n--b`)).toContain('Invalid folder name');
  });
});
