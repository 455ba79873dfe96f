import { beforeAll, describe, expect, test } from 'vitest';
import { describeOnServer, type TestServer } from '../../../test/server.ts';
import { allRoutes } from '../../app/routes.ts';
import { PROPERTIES } from './property-words.ts';
import { routes as ownRoutes } from '../../api/sweep.fixture.ts';

const routes = allRoutes('0.0.0');
const ownIds = new Set(ownRoutes.map(({ id }) => id));

interface Operation {
  operationId: string;
  summary: string;
  security: object[];
  parameters: { name: string; in: string; description: string }[];
  requestBody?: { content: object };
  responses: Record<string, { description: string }>;
}
interface Document {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  tags: { name: string; description: string }[];
  components: { schemas: Record<string, object>; securitySchemes: object };
}

describeOnServer('sqlite', 'the documents of the API', (start) => {
  let server: TestServer;
  let document: Document;
  const operations = () =>
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
    );
  beforeAll(async () => {
    server = await start();
    document = (await server.request<Document>('GET', '/openapi.json', { key: null })).body;
  });

  describe('openapi.json', () => {
    test('openapi.json has every route, and no other', () => {
      const declared = routes
        .filter(({ id }) => !/^(docs|console)\./.test(id))
        .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}').replace('*', '{model}')}`);
      const documented = operations().map(({ method, path }) => `${method.toUpperCase()} ${path}`);
      expect(documented.sort()).toEqual(declared.sort());
    });

    test('openapi.json names each operation once and describes every answer', () => {
      const ids = operations().map(({ operation }) => operation.operationId);
      expect(ids.filter((id) => !/^[a-z]+(_[a-z]+)*\.[a-z0-9]+(_[a-z0-9]+)*$/.test(id))).toEqual([]);
      expect(new Set(ids).size).toBe(ids.length);
      for (const { operation } of operations()) {
        expect(operation.summary).not.toBe('');
        for (const { description } of Object.values(operation.responses)) expect(description).not.toBe('');
        expect(Object.keys(operation.responses).some((status) => /^[23]/.test(status))).toBe(true);
      }
    });

    test('openapi.json describes each group and each parameter', () => {
      expect(document.tags.filter(({ description }) => description === '')).toEqual([]);
      const silent = operations().flatMap(({ path, operation }) =>
        operation.parameters.filter(({ description }) => description === '').map(({ name }) => [path, name]),
      );
      expect(silent).toEqual([]);
    });

    test('openapi.json says of each member of each schema what it is, and no words are left over', () => {
      const silent = new Set<string>();
      const look = (value: unknown, where: string): void => {
        if (typeof value !== 'object' || value === null) return;
        const { properties } = value as { properties?: Record<string, Record<string, unknown>> };
        for (const [name, member] of Object.entries(properties ?? {}))
          if (member['$ref'] === undefined && typeof member['description'] !== 'string')
            silent.add(`${where}.${name}`);
        for (const [name, part] of Object.entries(value)) look(part, `${where}/${name}`);
      };
      look(document.paths, 'paths');
      look(document.components.schemas, 'schemas');
      expect([...silent]).toEqual([]);
      const text = JSON.stringify(document);
      const used = ([, words]: [string, string]): boolean => text.includes(JSON.stringify(words));
      expect(Object.entries(PROPERTIES).filter((entry) => !used(entry))).toEqual([]);
    });

    test('openapi.json gives each content type a schema, without which generators of clients fail', () => {
      const content = [...JSON.stringify(document.paths).matchAll(/"([^"]+)":\{\}/g)];
      expect(content.map(([, name]) => name).filter((name) => name?.includes('/') === true)).toEqual([]);
      expect(JSON.stringify(document)).not.toContain('"*/*"');
    });

    test('the form of an id is written so that it follows "The id must be", as the hint of a wrong id says it', () => {
      const forms = operations().flatMap(({ operation }) =>
        operation.parameters.filter(
          (one) =>
            one.in === 'path' && one.description.includes(', such as ') && /^[A-Z]/.test(one.description),
        ),
      );
      expect(forms).toEqual([]);
    });

    test('openapi.json declares exactly the parameters that stand in each path', () => {
      for (const { path, operation } of operations()) {
        const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
        expect(operation.parameters.filter((one) => one.in === 'path').map(({ name }) => name)).toEqual(
          inPath,
        );
      }
    });

    test('openapi.json has no broken reference and no unused declaration', () => {
      const references = [
        ...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g),
      ].map(([, name]) => name ?? '');
      expect(Object.keys(document.components.schemas).sort()).toEqual([...new Set(references)].sort());
    });

    test('openapi.json is OpenAPI 3.1, whose schemas are JSON Schema', async () => {
      expect(document.openapi).toBe('3.1.0');
      const { Ajv2020 } = await import('ajv/dist/2020.js');
      const ajv = new Ajv2020({ strict: false, validateFormats: false });
      ajv.addSchema({ $id: 'document', components: document.components });
      for (const name of Object.keys(document.components.schemas))
        expect(() => ajv.compile({ $ref: `document#/components/schemas/${name}` })).not.toThrow();
    });

    test('openapi.json describes a file as part of a form', () => {
      const { requestBody } = document.paths['/v1/document/upload']?.['post'] ?? {};
      expect(Object.keys(requestBody?.content ?? {})).toEqual(['multipart/form-data']);
    });

    test('openapi.json marks the routes that need no key', () => {
      // Those of the Developer API are listed by developer/refused-callers.test.ts.
      const own = operations().filter(({ operation }) => ownIds.has(operation.operationId));
      const open = own.filter(({ operation }) => operation.security.length === 0);
      expect(open.map(({ operation }) => operation.operationId).sort()).toEqual([
        'keys.report',
        'session.accept_invite',
        'session.create',
        'session.get',
        'session.invite',
        'session.oidc_callback',
        'session.oidc_start',
        'session.recover',
        'system.capabilities',
        'system.health',
        'system.ready',
        'workers.join',
      ]);
    });
  });

  describe('the page', () => {
    test('the documentation page loads nothing from another host and runs no script but its own files', async () => {
      const page = await server.request<string>('GET', '/api/docs', { key: null });
      const policy = page.headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toMatch(/https?:|\*|script-src[^;]*unsafe/);
      expect(page.text).not.toMatch(/<script(?![^>]*src=)/);
      const assets = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => {
        const { origin, pathname } = new URL(link ?? '', `${server.url}/api/docs`);
        expect([link, origin]).toEqual([link, server.url]);
        return pathname;
      });
      expect(assets.length).toBeGreaterThan(3);
      for (const asset of assets) {
        const { status, headers, text } = await server.request<string>('GET', asset, { key: null });
        expect([asset, status, text.length > 100]).toEqual([asset, 200, true]);
        if (!asset.endsWith('.css')) continue;
        expect(headers.get('content-type')).toMatch(/^text\/css/);
        expect(text).not.toMatch(/url\(["']?(https?:)?\/\//);
      }
    });
  });
});
