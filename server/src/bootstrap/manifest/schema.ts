import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { Manifest } from './manifest.ts';

/** Editors check a manifest by it: docs/bootstrap.md. */
export const SCHEMA_FILE = new URL('../../../../docs/bootstrap.schema.json', import.meta.url);

/** The JSON Schema of a manifest. After a change: `node server/src/bootstrap/manifest/schema.ts`. */
export const schemaText = (): string =>
  `${JSON.stringify({ $schema: 'https://json-schema.org/draft/2020-12/schema', ...Manifest }, null, 2)}\n`;

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) writeFileSync(SCHEMA_FILE, schemaText());
