import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { openapiDocument, type Route as AnyRoute } from '../http/index.ts';
import type { Route } from './services.ts';
import { route } from './surface.ts';

/** No asset comes from another host, and no script but these two files runs. */
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Keyward API</title>
<link rel="stylesheet" href="/api/docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<noscript>This page needs JavaScript. The same, for programs: <a href="/openapi.json">/openapi.json</a></noscript>
<script src="/api/docs/swagger-ui-bundle.js"></script>
<script src="/api/docs/start.js"></script>
</body>
</html>
`;

const START = `SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  docExpansion: 'list',
  tryItOutEnabled: true,
  persistAuthorization: false,
  displayOperationId: true,
});
`;

const FILES: Record<string, string> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
};

const folder = (): string => dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));

function file(name: string, type: string): Route {
  return route({
    method: 'GET',
    path: `/api/docs/${name}`,
    id: `docs.${name.replaceAll(/\W/g, '_')}`,
    summary: 'Get a part of the documentation page',
    access: 'public',
    responses: { 200: 'stream' },
    handler: async () => ({
      status: 200,
      headers: { 'content-type': type, 'cache-control': 'public, max-age=3600' },
      body: await readFile(join(folder(), name)),
    }),
  });
}

/** Swagger UI and the document itself. `others` are the routes that the document describes. */
export function docsRoutes(others: readonly AnyRoute[], version: string): Route[] {
  let document: string | undefined;
  const html = { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': PAGE_POLICY };
  return [
    route({
      method: 'GET',
      path: '/openapi.json',
      id: 'docs.openapi',
      summary: 'Get this OpenAPI document',
      access: 'public',
      responses: { 200: 'stream' },
      handler: () => {
        document ??= JSON.stringify(openapiDocument(others, version));
        return {
          status: 200,
          headers: { 'content-type': 'application/json; charset=utf-8' },
          body: document,
        };
      },
    }),
    ...['/api/docs', '/api/docs/'].map((path) =>
      route({
        method: 'GET',
        path,
        id: 'docs.page',
        summary: 'Show this document as a page',
        access: 'public',
        responses: { 200: 'stream' },
        handler: () => ({ status: 200, headers: html, body: PAGE }),
      }),
    ),
    route({
      method: 'GET',
      path: '/api/docs/start.js',
      id: 'docs.start',
      summary: 'Get a part of the documentation page',
      access: 'public',
      responses: { 200: 'stream' },
      handler: () => ({
        status: 200,
        headers: { 'content-type': 'text/javascript; charset=utf-8' },
        body: START,
      }),
    }),
    ...Object.entries(FILES).map(([name, type]) => file(name, type)),
  ];
}
