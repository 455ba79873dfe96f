import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';

interface PageFile {
  type: string;
  bytes: Buffer;
}

const read = (name: string, type: string): PageFile => ({
  type: `${type}; charset=utf-8`,
  bytes: readFileSync(new URL(`../page/${name}`, import.meta.url)),
});

/** Only these files; nothing is loaded from anywhere else. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

const STYLE = read('page.css', 'text/css');

/** The page that asks with this server's own key. */
export const ASKING_PAGE: ReadonlyMap<string, PageFile> = new Map([
  ['/', read('index.html', 'text/html')],
  ['/page.js', read('page.js', 'text/javascript')],
  ['/page.css', STYLE],
]);

/** The page that says how to ask with a key. */
export const KEY_PAGE: ReadonlyMap<string, PageFile> = new Map([
  ['/', read('with-key.html', 'text/html')],
  ['/page.css', STYLE],
]);

export function sendFile(response: ServerResponse, { type, bytes }: PageFile, isHead: boolean): void {
  response.writeHead(200, {
    'content-type': type,
    'content-length': bytes.length,
    'content-security-policy': POLICY,
    'cache-control': 'no-cache',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  });
  response.end(isHead ? undefined : bytes);
}
