import type { lookup } from 'node:dns';
import { mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { createServer, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TemporaryFiles } from '../temporary-files.ts';
import { PageFetcher, type PageFetcherOptions } from './page-fetcher.ts';

const PRIVATE = /^No URL content found at \S+\.$/;

describe('a page', () => {
  let folder: string;
  let files: TemporaryFiles;
  const cleanups: (() => unknown)[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'keyward-pages-'));
    files = new TemporaryFiles(folder);
    files.start();
    cleanups.push(() => rmSync(folder, { recursive: true }));
  });
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });

  /** A real server on an address of this machine. */
  async function serve(
    answer: RequestListener,
    host = '127.0.0.1',
  ): Promise<{ url: string; seen: IncomingMessage[] }> {
    const seen: IncomingMessage[] = [];
    const server: Server = createServer((request, response) => {
      seen.push(request);
      answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, host, resolve));
    cleanups.push(() => {
      server.closeAllConnections();
      server.close();
    });
    return { url: `http://${host}:${(server.address() as AddressInfo).port}`, seen };
  }

  function fetcher(options: Partial<PageFetcherOptions> = {}): PageFetcher {
    const pages = new PageFetcher({ files, allowed: ['127.0.0.1'], ...options });
    cleanups.push(() => pages.stop());
    return pages;
  }

  /** The text of the fetched file, or the refusal. */
  async function outcome(pages: PageFetcher, link: string, headers: Record<string, string> = {}) {
    const page = await pages.fetch(link, { headers });
    if ('refusal' in page) return page.refusal;
    if ('isUnmodified' in page) return 'unmodified';
    const { size } = await page.file.stat();
    const { buffer } = await page.file.read(Buffer.alloc(size), 0, size, 0);
    await page.file.close();
    return { text: buffer.toString(), fileName: page.fileName, called: page.called };
  }

  test('A page is fetched, and its content type decides how it is read', async () => {
    const { url } = await serve(({ url }, response) => {
      const type = {
        '/doc.pdf': 'application/pdf',
        '/data': 'application/json; charset=utf-8',
        '/x.csv': 'application/octet-stream',
      };
      response.setHeader('content-type', type[url as keyof typeof type] ?? 'text/html');
      response.end('body');
    });
    const name = async (path: string) =>
      ((await outcome(fetcher(), url + path)) as { fileName: string }).fileName;
    expect(await outcome(fetcher(), `${url}/a/b`)).toEqual({
      text: 'body',
      fileName: '127.0.0.1_a_b.html',
      called: '127.0.0.1_a_b',
    });
    expect(await name('/doc.pdf')).toBe('doc.pdf');
    expect(await name('/data')).toBe('127.0.0.1_data.json');
    expect(await name('/x.csv')).toBe('x.csv');
  });

  test('A compressed page is decompressed', async () => {
    const { url } = await serve((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-type': 'text/plain' });
      response.end(gzipSync('turnips'));
    });
    expect(await outcome(fetcher(), url)).toMatchObject({ text: 'turnips' });
  });

  test('A page of a private address is fetched only where the operator allows it', async () => {
    const { url, seen } = await serve((_request, response) => response.end('secret'));
    expect(await outcome(fetcher({ allowed: [] }), url)).toMatch(PRIVATE);
    expect(await outcome(fetcher({ allowed: [] }), url.replace('127.0.0.1', 'localhost'))).toMatch(PRIVATE);
    expect(await outcome(fetcher({ allowed: ['10.0.0.0/8'] }), url)).toMatch(PRIVATE);
    expect(seen).toHaveLength(0);
    expect(await outcome(fetcher({ allowed: 'allow' }), url)).toMatchObject({ text: 'secret' });
  });

  test('Redirects are followed, and each address is checked', async () => {
    const inner = await serve((_request, response) => response.end('secret'), '127.0.0.2');
    const { url, seen } = await serve((request, response) => {
      const to = {
        '/private': inner.url,
        '/file': 'file:///etc/passwd',
        '/name': inner.url.replace('127.0.0.2', 'user:pass@127.0.0.1'),
        '/loop': '/loop',
        '/fine': '/end',
      }[request.url ?? ''];
      if (to === undefined) response.end('the end');
      else response.writeHead(302, { location: to }).end();
    });
    expect(await outcome(fetcher(), `${url}/fine`)).toMatchObject({
      text: 'the end',
      called: '127.0.0.1_fine',
    });
    expect(await outcome(fetcher(), `${url}/private`)).toMatch(PRIVATE);
    expect(inner.seen).toHaveLength(0);
    expect(await outcome(fetcher(), `${url}/file`)).toMatch(/Only http and https/);
    expect(await outcome(fetcher(), `${url}/name`)).toMatch(/without a password/);
    seen.length = 0;
    expect(await outcome(fetcher(), `${url}/loop`)).toMatch(/redirects more than 5 times\.$/);
    expect(seen).toHaveLength(6);
  });

  test('Headers of the client reach the first server, and no other', async () => {
    const other = await serve((_request, response) => response.end('other'), '127.0.0.2');
    const { url, seen } = await serve((request, response) => {
      if (request.url === '/there') response.writeHead(302, { location: other.url }).end();
      else if (request.url === '/here') response.writeHead(302, { location: '/end' }).end();
      else response.end('end');
    });
    const pages = fetcher({ allowed: ['127.0.0.0/8'] });
    const headers = { 'x-token': 'abc', 'accept-encoding': 'br' };
    await outcome(pages, `${url}/here`, headers);
    expect(seen.map((request) => request.headers['x-token'])).toEqual(['abc', 'abc']);
    expect(seen[0]?.headers['accept-encoding']).toBe('identity');
    await outcome(pages, `${url}/there`, headers);
    expect(other.seen.map((request) => request.headers['x-token'])).toEqual([undefined]);
  });

  test('A page whose name gets another address between look-up and connection is not fetched from there', async () => {
    const { url, seen } = await serve((_request, response) => response.end('secret'));
    let asked = 0;
    const rebinding = ((_name: string, _options: object, callback: (...args: unknown[]) => void) => {
      asked++;
      callback(null, [{ address: asked === 1 ? '127.0.0.2' : '127.0.0.1', family: 4 }]);
    }) as unknown as typeof lookup;
    const pages = fetcher({ allowed: ['127.0.0.2'], lookup: rebinding });
    const link = url.replace('127.0.0.1', 'page.example');
    expect(await outcome(pages, link)).toMatch(/^No URL content found/);
    expect(await outcome(pages, link)).toMatch(PRIVATE);
    expect(seen).toHaveLength(0);
  });

  test('A page is asked for on condition only with what proves its version', async () => {
    const now = Date.now();
    const date = (agoMs: number) => new Date(now - agoMs).toUTCString();
    const versions: Record<string, OutgoingHttpHeaders> = {
      '/etag': { etag: '"1"', 'last-modified': date(3_600_000) },
      '/old': { 'last-modified': date(3_600_000) },
      // It may change once more within its second.
      '/young': { 'last-modified': date(1_000) },
      '/moved': { location: '/etag' },
    };
    const { url, seen } = await serve((request, response) => {
      const isKnown = request.headers['if-none-match'] ?? request.headers['if-modified-since'];
      const status = request.url === '/moved' ? 302 : isKnown === undefined ? 200 : 304;
      response.writeHead(status, { date: date(0), ...versions[request.url ?? ''] });
      response.end(status === 200 ? 'text' : undefined);
    });
    const pages = fetcher();
    const twice = async (path: string) => {
      const first = await pages.fetch(url + path);
      if (!('validators' in first)) throw new Error('it was not fetched');
      await first.file.close();
      const second = await pages.fetch(url + path, { unless: first.validators });
      if ('file' in second) await second.file.close();
      return [first.validators, 'isUnmodified' in second];
    };
    expect(await twice('/etag')).toEqual([{ etag: '"1"' }, true]);
    expect(await twice('/old')).toEqual([{ modified: date(3_600_000) }, true]);
    expect(seen.at(-1)?.headers['if-modified-since']).toBe(date(3_600_000));
    expect(await twice('/young')).toEqual([{}, false]);
    expect(await twice('/moved')).toEqual([{}, false]);
    // An answer to a question that was not asked is no page.
    expect(await outcome(pages, `${url}/etag`, { 'if-none-match': '"1"' })).toMatch(/It answers 304\.$/);
  });

  test('A page without an end, or that arrives too slowly, is refused', async () => {
    const endless = await serve((_request, response) => {
      const more = (): void => {
        while (response.write('x'.repeat(65_536)));
      };
      response.on('drain', more);
      more();
    });
    expect(await outcome(fetcher({ limits: { bytes: 200_000 } }), endless.url)).toMatch(
      /It is larger than 195 KiB\.$/,
    );
    const slow = await serve((_request, response) => void response.write('x'));
    const silent = await serve(() => undefined);
    for (const { url } of [slow, silent])
      expect(await outcome(fetcher({ limits: { timeMs: 200 } }), url)).toMatch(
        /It takes longer than 0\.2 s\.$/,
      );
    const bomb = await serve((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      response.end(gzipSync(Buffer.alloc(10_000_000)));
    });
    expect(await outcome(fetcher({ limits: { bytes: 200_000 } }), bomb.url)).toMatch(/larger than/);
  });

  test('A page that is missing or incomplete is refused with the reason', async () => {
    const { url } = await serve((request, response) => {
      if (request.url === '/404') response.writeHead(404).end('no');
      else if (request.url === '/odd') response.writeHead(200, { 'content-encoding': 'zstd-or-so' }).end('x');
      else if (request.url === '/cut') {
        response.writeHead(200, { 'content-length': '100' });
        response.write('x');
        setImmediate(() => response.destroy());
      } else response.writeHead(302).end();
    });
    const pages = fetcher();
    expect(await outcome(pages, `${url}/404`)).toBe(`No URL content found at ${url}/404. It answers 404.`);
    expect(await outcome(pages, `${url}/odd`)).toMatch(/content encoding/);
    expect(await outcome(pages, `${url}/cut`)).toBe(`No URL content found at ${url}/cut.`);
    expect(await outcome(pages, `${url}/302`)).toMatch(/It answers 302\.$/);
    expect(await outcome(pages, 'file:///etc/passwd')).toMatch(/Only http and https/);
  });

  test('An unreachable page gets the same answer whether its name, its address or its port is the reason', async () => {
    const { url } = await serve((_request, response) => response.end('secret'));
    const inside = ((name: string, _options: object, callback: (...args: unknown[]) => void) => {
      if (name === 'unknown.example')
        callback(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }));
      else callback(null, [{ address: name === 'inside.example' ? '10.0.0.1' : '127.0.0.1', family: 4 }]);
    }) as unknown as typeof lookup;
    const { port } = new URL(url);
    const closed = await serve((_request, response) => response.end());
    cleanups.pop()?.();
    const pages = fetcher({ lookup: inside });
    const said = [];
    for (const link of [
      `http://unknown.example:${port}`,
      `http://inside.example:${port}`,
      `http://127.0.0.2:${port}`,
      closed.url.replace('127.0.0.1', 'closed.example'),
    ])
      said.push(JSON.stringify(await outcome(pages, link)).replace(link, '<link>'));
    expect(new Set(said).size).toBe(1);
    expect(JSON.parse(said[0] ?? '')).toMatch(PRIVATE);
  });

  test('A page is refused with the reason when the disk is full', async () => {
    const { url } = await serve((_request, response) => response.end('turnips'));
    const full = Object.assign(new TemporaryFiles(folder), { create: () => open('/dev/full', 'r+') });
    expect(await outcome(fetcher({ files: full }), url)).toMatch(/The disk of this server is full\.$/);
  });

  test('The fetch of a page ends when its request ends', async () => {
    const { url, seen } = await serve(() => undefined);
    const controller = new AbortController();
    const page = fetcher().fetch(url, { signal: controller.signal });
    while (seen.length === 0) await new Promise(setImmediate);
    controller.abort();
    expect(await page).toEqual({ refusal: `No URL content found at ${url}.` });
  });
});
