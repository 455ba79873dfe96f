import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { describedRoutes } from '../server/src/app/routes.ts';
import { openapiDocument } from '../server/src/http/index.ts';

/**
 * Writes what the SDK knows of the API, from the same declarations that the server answers by: the types of every
 * request and answer, and for each operation its path, summary and scope.
 * Run after a change of routes: `node sdk/generate.ts`.
 */
export const GENERATED = {
  types: new URL('src/generated/openapi.d.ts', import.meta.url),
  operations: new URL('src/generated/operations.ts', import.meta.url),
};

const NOTE = '// Written by sdk/generate.ts from the routes of the server: change those and run it again.';

interface Operation {
  operationId: string;
  summary: string;
  description: string;
  'x-keyward-scope'?: string;
}

type Document = Record<string, unknown>;

/** The document that the server answers with on GET /openapi.json, but for its version. */
export function currentDocument(): Document {
  return openapiDocument(describedRoutes(), '');
}

/**
 * The first lines of the types: what they were made from, and what was made. Equal marks mean that making them again
 * changes nothing, which a test can tell without the compiler that makes them.
 */
export function marks(document: Document, body: string): string {
  return `${NOTE}\n// document ${sha256(JSON.stringify(document))}\n// text ${sha256(body)}\n`;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

export async function typesText(document: Document): Promise<string> {
  const { default: openapiTS, astToString } = await import('openapi-typescript');
  const body = astToString(await openapiTS(JSON.stringify(document)));
  return marks(document, body) + body;
}

export function operationsText(document: Document): string {
  const paths = document['paths'] as Record<string, Record<string, Operation>>;
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId, summary, description, ...rest }]) => [
      operationId,
      { method: method.toUpperCase(), path, summary, description, scope: rest['x-keyward-scope'] ?? null },
    ]),
  );
  return `${NOTE}\nexport const OPERATIONS = ${JSON.stringify(Object.fromEntries(operations), null, 2)} as const;\n`;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const document = currentDocument();
  writeFileSync(GENERATED.types, await typesText(document));
  writeFileSync(GENERATED.operations, operationsText(document));
}
