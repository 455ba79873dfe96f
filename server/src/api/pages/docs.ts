import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openapiDocument, type Route as AnyRoute } from '../../http/index.ts';
import type { Route } from '../services.ts';
import { route } from '../surface.ts';
import { consoleRoutes } from './console.ts';
import { homeRoutes } from './home.ts';

/** No asset comes from another host, and no script but these two files runs. */
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/** @param prefix the path below which a proxy serves Keyward */
const page = (prefix: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Keyward API</title>
<link rel="icon" href="${prefix}/favicon.ico" sizes="32x32">
<link rel="stylesheet" href="${prefix}/api/docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<noscript>This page needs JavaScript. The same, for programs: <a href="${prefix}/openapi.json">/openapi.json</a></noscript>
<script src="${prefix}/api/docs/swagger-ui-bundle.js"></script>
<script src="${prefix}/api/docs/start.js"></script>
</body>
</html>
`;

const swaggerUi = (): string =>
  dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
const here = (): string => dirname(fileURLToPath(import.meta.url));

const FILES = [
  { name: 'swagger-ui.css', type: 'text/css', folder: swaggerUi, keptSeconds: 3600 },
  { name: 'swagger-ui-bundle.js', type: 'text/javascript', folder: swaggerUi, keptSeconds: 3600 },
  { name: 'start.js', type: 'text/javascript', folder: here, keptSeconds: 0 },
] as const;

function file({ name, type, folder, keptSeconds }: (typeof FILES)[number]): Route {
  return route({
    method: 'GET',
    path: `/api/docs/${name}`,
    id: `docs.${name.replaceAll(/\W/g, '_')}`,
    summary: 'Get a part of the documentation page',
    access: 'public',
    responses: { 200: 'stream' },
    handler: async () => ({
      status: 200,
      headers: {
        'content-type': `${type}; charset=utf-8`,
        'cache-control': keptSeconds > 0 ? `public, max-age=${keptSeconds}` : 'no-cache',
      },
      body: await readFile(join(folder(), name)),
    }),
  });
}

/** Swagger UI and the document itself. `others` are the routes that the document describes. */
export function docsRoutes(others: readonly AnyRoute[], version: string): Route[] {
  let document: Record<string, unknown> | undefined;
  const texts = new Map<string, string>();
  const textBelow = (prefix: string): string => {
    document ??= openapiDocument(others, version);
    return JSON.stringify({ ...document, servers: [{ url: prefix === '' ? '/' : prefix }] });
  };
  const html = { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': PAGE_POLICY };
  return [
    route({
      method: 'GET',
      path: '/openapi.json',
      id: 'docs.openapi',
      summary: 'Get this OpenAPI document',
      access: 'public',
      responses: { 200: 'stream' },
      handler: (_, { prefix }) => {
        // A trusted proxy has one prefix or a few.
        const body = texts.get(prefix) ?? textBelow(prefix);
        if (texts.size < PREFIXES_MAX) texts.set(prefix, body);
        return { status: 200, headers: { 'content-type': 'application/json; charset=utf-8' }, body };
      },
    }),
    route({
      method: 'GET',
      path: '/api/docs',
      id: 'docs.page',
      summary: 'Show this document as a page',
      access: 'public',
      responses: { 200: 'stream' },
      handler: (_, { prefix }) => ({ status: 200, headers: html, body: page(prefix) }),
    }),
    ...FILES.map(file),
    ...homeRoutes,
    ...consoleRoutes,
  ];
}

const PREFIXES_MAX = 8;
