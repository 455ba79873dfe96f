import { createServer, request as connectTo, type IncomingHttpHeaders, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeOnServer, type TestServer } from '../../test/server.ts';

/** A reverse proxy on this machine. `headers`: what it makes of a caller's headers. */
function startProxy(
  target: number,
  { path = '', headers }: { path?: string; headers: (given: IncomingHttpHeaders) => IncomingHttpHeaders },
): Promise<Server> {
  const proxy = createServer((request, response) => {
    const options = {
      port: target,
      method: request.method,
      path: request.url?.slice(path.length),
      headers: headers(request.headers),
    };
    const onward = connectTo(options, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    request.pipe(onward);
  }).listen(0, '127.0.0.1');
  return once(proxy, 'listening').then(() => proxy);
}
const urlOf = (proxy: Server): string => `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;

describeOnServer('sqlite', 'behind a reverse proxy on this machine', (start) => {
  let server: TestServer;
  let below: TestServer;
  const proxies: Record<'plain' | 'host' | 'forwarding' | 'path', Server> = {} as never;
  beforeAll(async () => {
    [server, below] = await Promise.all([start(), start({ KEYWARD_TRUSTED_PROXIES: '127.0.0.1' })]);
    // As nginx with `proxy_pass` alone, with `proxy_set_header Host $host`, and with X-Forwarded-For.
    const plain = (given: IncomingHttpHeaders) => ({
      ...given,
      host: `127.0.0.1:${server.port}`,
      connection: 'close',
    });
    proxies.plain = await startProxy(server.port, { headers: plain });
    proxies.host = await startProxy(server.port, {
      headers: (given) => ({ ...given, host: 'keys.example.com' }),
    });
    proxies.forwarding = await startProxy(server.port, {
      headers: (given) => ({ ...plain(given), 'x-forwarded-for': '203.0.113.7' }),
    });
    proxies.path = await startProxy(below.port, {
      path: '/keyward',
      headers: (given) => ({
        ...given,
        'x-forwarded-for': '203.0.113.7',
        'x-forwarded-prefix': '/keyward/',
      }),
    });
  });
  afterAll(() => {
    for (const proxy of Object.values(proxies)) proxy.close();
  });

  test('the metrics need a key behind every proxy, and on the machine itself', async () => {
    const { secret } = await server.mint({ scopes: ['metrics:read'] });
    const weak = await server.mint({ scopes: ['models:use'] });
    for (const url of [server.url, urlOf(proxies.plain), urlOf(proxies.host), urlOf(proxies.forwarding)]) {
      const ask = async (key?: string) =>
        (
          await fetch(
            `${url}/metrics`,
            key === undefined ? {} : { headers: { authorization: `Bearer ${key}` } },
          )
        ).status;
      expect([url, await ask(), await ask(weak.secret), await ask(secret)]).toEqual([url, 401, 403, 200]);
    }
  });

  test('a key that is bound to this machine is refused where a forwarded header or a foreign Host shows a proxy', async () => {
    const fields = { scopes: ['models:use'], selectors: { ips: ['127.0.0.0/8', '::1'] } };
    const { secret } = await server.mint(fields);
    const self = async (headers: Record<string, string> = {}) =>
      (await server.request('GET', '/v1/keys/self', { key: secret, headers })).status;
    expect(await self()).toBe(200);
    for (const name of ['x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'forwarded', 'via'])
      expect([name, await self({ [name]: '127.0.0.1' })]).toEqual([name, 401]);
    for (const host of ['evil.example', '127.0.0.1.evil.example:80', 'localhost.evil.example', '10.0.0.1']) {
      const answer = await server.raw(
        `GET /v1/keys/self HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${secret}\r\nconnection: close\r\n\r\n`,
      );
      expect([host, answer]).toEqual([host, expect.stringMatching(/^HTTP\/1.1 401 /)]);
    }
    for (const host of ['localhost:9', '127.0.0.1', '[::1]:80', 'LOCALHOST', 'keyward.localhost']) {
      const answer = await server.raw(
        `GET /v1/keys/self HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${secret}\r\nconnection: close\r\n\r\n`,
      );
      expect([host, answer]).toEqual([host, expect.stringMatching(/^HTTP\/1.1 200 /)]);
    }
  });

  test('an ignored X-Forwarded-For is logged once, with the setting that would use it', async () => {
    const lines = () => server.log.filter((line) => line.includes('is ignored'));
    for (let i = 0; i < 3; i++) await fetch(`${urlOf(proxies.forwarding)}/healthz`);
    expect(lines()).toEqual([expect.stringContaining('KEYWARD_TRUSTED_PROXIES=127.0.0.1')]);
    expect(lines()[0]).toContain('X-Forwarded-For from 127.0.0.1');
    expect(lines()[0]).not.toContain('203.0.113.7');
    await fetch(`${urlOf(proxies.path)}/keyward/healthz`);
    expect(below.log.join('')).not.toContain('is ignored');
  });

  test('below a path the documentation, its files and the OpenAPI document are found, and its server is that path', async () => {
    const base = `${urlOf(proxies.path)}/keyward`;
    for (const address of [`${base}/api/docs`, `${base}/api/docs/`]) {
      const html = await (await fetch(address)).text();
      const assets = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(
        ([, link]) => new URL(link ?? '', address),
      );
      expect(assets.map(({ pathname }) => pathname).sort()).toEqual([
        '/keyward/api/docs/start.js',
        '/keyward/api/docs/swagger-ui-bundle.js',
        '/keyward/api/docs/swagger-ui.css',
        '/keyward/favicon.ico',
        '/keyward/openapi.json',
      ]);
      for (const asset of assets)
        expect([asset.href, (await fetch(asset)).status]).toEqual([asset.href, 200]);
    }
    const document = (await (await fetch(`${base}/openapi.json`)).json()) as { servers: { url: string }[] };
    expect(document.servers).toEqual([{ url: '/keyward' }]);
    const own = await below.request<{ servers: { url: string }[] }>('GET', '/openapi.json');
    expect(own.body.servers).toEqual([{ url: '/' }]);
  });

  test('a prefix that is no path, or comes from no trusted proxy, is not used', async () => {
    const serversOf = async (from: TestServer, prefix: string) => {
      const headers = { 'x-forwarded-prefix': prefix };
      return (await from.request<{ servers: object }>('GET', '/openapi.json', { headers })).body.servers;
    };
    expect(await serversOf(server, '/keyward')).toEqual([{ url: '/' }]);
    expect(await serversOf(below, '/team/keyward')).toEqual([{ url: '/team/keyward' }]);
    const bad = [
      '//evil.example',
      '/a/../b',
      '/a"><script>',
      '/a, /b',
      'https://evil.example',
      `/${'a'.repeat(300)}`,
    ];
    for (const prefix of bad)
      expect([prefix, await serversOf(below, prefix)]).toEqual([prefix, [{ url: '/' }]]);
  });
});
