import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
import { describeOnServer, type TestServer } from '../../../test/server.ts';
import { CONSOLE_PAGES } from './console.ts';

const ASSETS = fileURLToPath(new URL('../../../../console/dist/assets/', import.meta.url));

describeOnServer('sqlite', 'the console, as the server delivers it', (start) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start({ KEYWARD_TRUSTED_PROXIES: '127.0.0.1' });
  });
  const get = (path: string, headers: Record<string, string> = {}) =>
    server.request<string>('GET', path, { key: null, headers });

  test('every page has a nonce of its own, may not be framed, and is not kept', async () => {
    const nonces = new Set<string>();
    const paths = ['/', ...CONSOLE_PAGES.flatMap((name) => [`/${name}`, `/${name}/one/two`])];
    for (const path of paths) {
      const { status, headers, text } = await get(path);
      expect([path, status, headers.get('content-type')]).toEqual([path, 200, 'text/html; charset=utf-8']);
      const nonce = /<meta name="csp-nonce" content="([\w-]{22})"/.exec(text)?.[1] ?? '';
      nonces.add(nonce);
      const policy = headers.get('content-security-policy');
      expect(policy).toContain(`style-src 'self' 'nonce-${nonce}'`);
      expect(policy).toContain("default-src 'none'; script-src 'self';");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/unsafe|https?:|\*/);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(text).not.toMatch(/<script>|<script [^>]*>[^<]|<style|style=|\{\{/);
    }
    expect(nonces.size).toBe(paths.length);
  });

  test('below the path of a proxy the page finds its parts there', async () => {
    const { text } = await get('/keys', { 'x-forwarded-prefix': '/team/keyward' });
    expect(text).toContain('<base href="/team/keyward/" />');
    expect((await get('/keys')).text).toContain('<base href="/" />');
  });

  test('parts are sent compressed where the browser reads that, and are kept for good', async () => {
    const name = readdirSync(ASSETS).find((file) => file.endsWith('.js')) ?? '';
    const url = `${server.url}/assets/${name}`;
    const plain = await fetch(url, { headers: { 'accept-encoding': 'identity' } });
    expect(plain.headers.get('content-encoding')).toBe(null);
    expect(plain.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(plain.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    const compressed = await fetch(url, { headers: { 'accept-encoding': 'br, gzip' } });
    expect(compressed.headers.get('content-encoding')).toBe('gzip');
    const file = await get(`/assets/${name}.gz`);
    expect(file.status).toBe(404);
    expect(
      gunzipSync(await import('node:fs').then((fs) => fs.readFileSync(`${ASSETS}${name}.gz`))).toString(),
    ).toBe(await plain.text());
  });

  test('no other file is sent', async () => {
    for (const name of [
      '..%2findex.html',
      '..%2f..%2fpackage.json',
      'nothing-here.js',
      '.js',
      'a%2fb.js',
      '%00.js',
    ])
      expect([name, (await get(`/assets/${name}`)).status]).toEqual([name, 404]);
  });
});
