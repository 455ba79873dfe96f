import { beforeAll, expect, test } from 'vitest';
import { describeOnServer, type TestServer } from '../../test/server.ts';
import { slowUnits } from './reading-times.fixture.ts';

const UNITS = [
  ' \t\\ "/:;,.=&%a0-*@',
  ...Array.from(' \\"/:;,.=&%a0-*@'),
  '\t ',
  '\\"',
  '/a',
  'a=b&',
  '%25',
  '%c3%',
  'kw1',
  'a-kw1',
  'sk-kw1',
  '1.1.1.1,',
  '::1, ',
  '127.0.0.1, ',
  'Bearer ',
  'charset=',
  '; boundary=',
  'W/"',
  'a=b; ',
];
/** A head has 16 KiB at the most. */
const SMALL_LENGTH = 1_800;
/** A form may have 32 MiB; a part's head of 250 KB was enough to hold the server up for seconds. */
const SMALL_FORM_LENGTH = 30_000;
const FORM_UNITS = [
  ' ',
  ';',
  '"',
  'a',
  '\\',
  'content-disposition:',
  ' name="model"',
  '\r\nA: b',
  '\r\n ',
  '\r\n--X',
  '--',
];

describeOnServer('sqlite', 'a head takes time with its length, not with its square', (start) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start({ KEYWARD_TRUSTED_PROXIES: '127.0.0.0/8' });
  });
  const head = (line: string, headers: Record<string, string>): string => {
    const all = { host: 'x', authorization: `Bearer ${server.adminKey}`, ...headers, connection: 'close' };
    const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
    return `${line} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`;
  };
  const ask = async (line: string, headers: Record<string, string> = {}): Promise<void> => {
    expect(await server.raw(head(line, headers))).toMatch(/^HTTP\/1\.1 [2-4]/);
  };

  test.for(
    'authorization x-api-key cookie x-forwarded-for x-request-id if-match origin accept idempotency-key content-type'.split(
      ' ',
    ),
  )('the time to read the header %s grows with its length', { timeout: 120_000 }, async (name) => {
    for (const prefix of ['', 'Bearer ', '"', 'multipart/form-data; ', 'application/json; '])
      expect(
        await slowUnits(UNITS, SMALL_LENGTH, (x) => ask('POST /v1/keys', { [name]: `${prefix}${x}x` })),
      ).toEqual([]);
  });

  test.for(['/v1/keys?q=', '/v1/keys?', '/v1/', '/api/', '/api/v1/workspace/', '/v1/models/'])(
    'the time to read a URL that begins with %s grows with its length',
    { timeout: 120_000 },
    async (path) => {
      const units = UNITS.filter((unit) => !/[\s"\\]/.test(unit));
      expect(await slowUnits(units, SMALL_LENGTH, (x) => ask(`GET ${path}${x}`))).toEqual([]);
    },
  );

  test.for(['/v1/audio/transcriptions', '/v1/openai/images/generations', '/v1/document/upload'])(
    'the time to read the head of a part of a form for %s grows with its length',
    { timeout: 120_000 },
    async (path) => {
      const send = (x: string) =>
        server.request('POST', path, {
          body: Buffer.from(`--X\r\n${x}\r\n\r\na\r\n--X--\r\n`),
          headers: { 'content-type': 'multipart/form-data; boundary=X' },
        });
      expect(await slowUnits(FORM_UNITS, SMALL_FORM_LENGTH, send)).toEqual([]);
    },
  );
});
