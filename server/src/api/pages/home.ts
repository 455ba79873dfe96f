import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Type } from 'typebox';
import { KeywardError } from '../../base/errors.ts';
import { BUILD, COMMIT, VERSION } from '../../base/version.ts';
import type { Route } from '../services.ts';
import { page } from '../surface.ts';
import { consolePage } from './console.ts';

const DOCS = fileURLToPath(new URL('../../../../docs/', import.meta.url));
const beside = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

const PAGE = readFileSync(beside('home.html'), 'utf8');
const STYLE = /<style>([\s\S]*?)<\/style>/.exec(PAGE)?.[1] ?? '';
/** No script runs, and no style but that of the page. */
const POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** The pages of this clone, by name, with their titles. Empty where the code was copied without them. */
const pages = new Map(
  (existsSync(DOCS) ? readdirSync(DOCS) : [])
    .filter((name) => name.endsWith('.md'))
    .toSorted()
    .map((name) => [name, /^# (.+)$/m.exec(readFileSync(join(DOCS, name), 'utf8'))?.[1] ?? name]),
);

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

function htmlBelow(prefix: string): string {
  const links = [...pages].map(
    ([name, title]) => `<li><a href="${prefix}/docs/${escaped(name)}">${escaped(title)}</a></li>\n`,
  );
  return PAGE.replaceAll('{{prefix}}', prefix)
    .replace('{{version}}', escaped(BUILD))
    .replace('{{pages}}', links.join(''));
}

/** For programs. Browsers and those that say nothing get the page. */
const isForPrograms = (accept = ''): boolean => /\bjson\b/i.test(accept) && !/\btext\/html\b/i.test(accept);

const guidesBelow = (prefix: string) => ({
  status: 200,
  headers: {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': POLICY,
    'cache-control': 'no-cache',
    vary: 'Accept',
  },
  body: htmlBelow(prefix),
});

const home = page({
  method: 'GET',
  path: '/',
  id: 'docs.home',
  summary: 'Show the console',
  access: 'public',
  responses: { 200: 'stream' },
  handler: async (_, { prefix, headers }) => {
    if (!isForPrograms(headers.accept)) return (await consolePage(prefix)) ?? guidesBelow(prefix);
    const links = {
      docs: `${prefix}/api/docs`,
      openapi: `${prefix}/openapi.json`,
      ready: `${prefix}/readyz`,
    };
    const body = { name: 'Keyward', version: VERSION, commit: COMMIT, links };
    return { status: 200, headers: { vary: 'Accept' }, body };
  },
});

const guides = page({
  method: 'GET',
  path: '/docs',
  id: 'docs.guides',
  summary: 'Show what runs here, and list the pages of the documentation',
  access: 'public',
  responses: { 200: 'stream' },
  handler: (_, { prefix }) => guidesBelow(prefix),
});

const favicon = page({
  method: 'GET',
  path: '/favicon.ico',
  id: 'docs.favicon',
  summary: 'Get the icon of the pages',
  access: 'public',
  responses: { 200: 'stream' },
  handler: async () => ({
    status: 200,
    headers: { 'content-type': 'image/x-icon', 'cache-control': 'public, max-age=86400' },
    body: await readFile(beside('favicon.ico')),
  }),
});

/** As text: it is written to be read as it is. */
const guide = page({
  method: 'GET',
  path: '/docs/:page',
  id: 'docs.text',
  summary: 'Get a page of the documentation',
  access: 'public',
  params: Type.Object({ page: Type.String({ maxLength: 100 }) }),
  responses: { 200: 'stream' },
  handler: async (_, { params }) => {
    if (!pages.has(params.page))
      throw new KeywardError('not_found', 'There is no page of the documentation with this name.', {
        hint: 'GET /docs lists them.',
      });
    return {
      status: 200,
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body: await readFile(join(DOCS, params.page)),
    };
  },
});

export const homeRoutes: Route[] = [home, guides, favicon, guide];
