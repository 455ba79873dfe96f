import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Type } from 'typebox';
import { KeywardError } from '../../base/errors.ts';
import type { Route } from '../services.ts';
import { page } from '../surface.ts';

/** What `vite build console` writes. Read for each request: a build while the server runs takes effect at once. */
const BUILT = fileURLToPath(new URL('../../../../console/dist/', import.meta.url));

/** The first segments of the console's pages. console/test/pages.test.ts holds them against its router. */
export const CONSOLE_PAGES = [
  'sign-in',
  'recover',
  'invite',
  'welcome',
  'account',
  'keys',
  'running',
  'owners',
  'people',
  'upstreams',
  'models',
  'workspaces',
  'documents',
  'widgets',
  'jobs',
  'workers',
  'batches',
  'marketplace',
  'workflows',
  'swarm',
  'bootstrap',
  'audit',
] as const;

const TYPES: Record<string, string> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
};
/** Such as `keys-page-IRqlm98j.js`: no path. */
const FILE_NAME = /^[\w-]+(?:\.[\w-]+)*\.(js|css)$/;

/**
 * Only scripts and styles of this server run, and the style elements with the nonce of this one page. No page may frame the
 * console. Guarded by console/test/policy.test.ts.
 */
const policy = (nonce: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data: blob:",
    "connect-src 'self'",
    "frame-src 'self'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');

const NONCE_BYTES = 16;

/**
 * The console's one page; its script draws what the address names. @returns undefined where the console was not built
 */
export async function consolePage(prefix: string) {
  const html = await readFile(join(BUILT, 'index.html'), 'utf8').catch(() => undefined);
  if (html === undefined) return undefined;
  const nonce = randomBytes(NONCE_BYTES).toString('base64url');
  return {
    status: 200,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy(nonce),
      'cache-control': 'no-store',
      'referrer-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      vary: 'Accept',
    },
    body: html.replace('{{nonce}}', nonce).replace('{{prefix}}', encodeURI(prefix)),
  };
}

const notBuilt = (): KeywardError =>
  new KeywardError('not_found', 'The console was not built.', {
    hint: 'Run "make console" in the checkout.',
  });

const shell = (path: string, id: string): Route =>
  page({
    method: 'GET',
    path,
    id,
    summary: 'Show a page of the console',
    access: 'public',
    responses: { 200: 'stream' },
    handler: async (_, { prefix }) => {
      const answer = await consolePage(prefix);
      if (answer === undefined) throw notBuilt();
      return answer;
    },
  });

const YEAR_SECONDS = 31_536_000;

/** Its name changes with its content. */
const asset = page({
  method: 'GET',
  path: '/assets/:file',
  id: 'console.asset',
  summary: 'Get a part of the console',
  access: 'public',
  params: Type.Object({ file: Type.String({ maxLength: 100 }) }),
  responses: { 200: 'stream' },
  handler: async (_, { params: { file }, headers }) => {
    const type = TYPES[FILE_NAME.exec(file)?.[1] ?? ''];
    const isSmall = /\bgzip\b/.test(headers['accept-encoding'] ?? '');
    const body =
      type === undefined
        ? undefined
        : await readFile(join(BUILT, 'assets', isSmall ? `${file}.gz` : file)).catch(() => undefined);
    if (type === undefined || body === undefined)
      throw new KeywardError('not_found', 'The console has no such part.', {
        hint: 'Load the page again: the server may have been updated.',
      });
    return {
      status: 200,
      headers: {
        'content-type': type,
        'cache-control': `public, max-age=${YEAR_SECONDS}, immutable`,
        vary: 'Accept-Encoding',
        ...(isSmall ? { 'content-encoding': 'gzip' } : {}),
      },
      body,
    };
  },
});

const colorScheme = page({
  method: 'GET',
  path: '/color-scheme.js',
  id: 'console.color_scheme',
  summary: 'Get the script that sets the colours before the first paint',
  access: 'public',
  responses: { 200: 'stream' },
  handler: async () => {
    const body = await readFile(join(BUILT, 'color-scheme.js')).catch(() => undefined);
    if (body === undefined) throw notBuilt();
    return { status: 200, headers: { 'content-type': TYPES['js'] ?? '', 'cache-control': 'no-cache' }, body };
  },
});

export const consoleRoutes: Route[] = [
  asset,
  colorScheme,
  ...CONSOLE_PAGES.flatMap((name) => [
    shell(`/${name}`, `console.${name.replaceAll('-', '_')}`),
    shell(`/${name}/*`, `console.${name.replaceAll('-', '_')}_part`),
  ]),
];
