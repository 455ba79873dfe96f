import { beforeAll, expect, test } from 'vitest';
import { describeOnServer, type TestServer } from '../../../test/server.ts';
import { COMMIT, VERSION } from '../../base/version.ts';

const JSON_ONLY = { accept: 'application/json' };

describeOnServer('sqlite', 'the pages of the server', (start) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start({ KEYWARD_TRUSTED_PROXIES: '127.0.0.1' });
  });
  const get = (path: string, headers: Record<string, string> = {}) =>
    server.request<string>('GET', path, { key: null, headers });

  test('the page /docs says what runs here, and runs nothing', async () => {
    for (const accept of ['text/html,application/xhtml+xml,*/*;q=0.8', '*/*']) {
      const { status, headers, text } = await get('/docs', { accept });
      expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
      expect(text).toContain(`Version ${VERSION}${COMMIT === null ? '' : ` (${COMMIT})`}`);
      expect(text).not.toMatch(/<script|style=|\{\{/);
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/=]{44}'; img-src 'self'/);
    }
  });

  test('each link of the page /docs leads to something, also below a path', async () => {
    for (const prefix of ['', '/team/keyward']) {
      const { text } = await get('/docs', prefix === '' ? {} : { 'x-forwarded-prefix': prefix });
      const links = [...text.matchAll(/href="([^"]+)"/g)].map(([, link]) => link ?? '');
      expect(links).toContain(`${prefix}/docs/quickstart.md`);
      for (const link of links) {
        expect([link, link.startsWith(`${prefix}/`)]).toEqual([link, true]);
        expect([link, (await get(link.slice(prefix.length))).status]).toEqual([link, 200]);
      }
    }
  });

  test('a program gets the same as JSON', async () => {
    const { body, headers } = await get('/', JSON_ONLY);
    expect(headers.get('vary')).toBe('Accept');
    expect(body).toEqual({
      name: 'Keyward',
      version: VERSION,
      commit: COMMIT,
      links: { docs: '/api/docs', openapi: '/openapi.json', ready: '/readyz' },
    });
  });

  test('the pages of the documentation are read as text, and no other file is', async () => {
    const { headers, text } = await get('/docs/keys.md');
    expect(headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(text).toMatch(/^# /);
    for (const name of [
      'nothing.md',
      '..%2fREADME.md',
      '..%2f..%2fetc%2fpasswd',
      'decisions',
      'bootstrap.schema.json',
    ])
      expect([name, (await get(`/docs/${name}`)).status]).toEqual([name, 404]);
  });

  test('the icon is an icon', async () => {
    const answer = await fetch(`${server.url}/favicon.ico`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/x-icon']);
    const bytes = Buffer.from(await answer.arrayBuffer());
    expect([bytes.readUInt16LE(2), bytes.subarray(22, 26).toString('latin1')]).toEqual([1, '\x89PNG']);
  });
});
