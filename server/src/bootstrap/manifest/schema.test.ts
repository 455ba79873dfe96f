import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { expect, test } from 'vitest';
import { EXAMPLES } from '../sinks/stores.fixture.ts';
import { SCHEMA_FILE, schemaText } from './schema.ts';

test('docs/bootstrap.schema.json is made from the manifest; otherwise: node server/src/bootstrap/manifest/schema.ts', () => {
  expect(readFileSync(SCHEMA_FILE, 'utf8')).toBe(schemaText());
});

test('the published schema accepts the manifests of the documentation, and refuses an unknown field', () => {
  const check = new Ajv2020({ strict: false }).compile(JSON.parse(schemaText()) as object);
  const page = readFileSync(new URL('../../../../docs/bootstrap.md', import.meta.url), 'utf8');
  const [, shell = ''] = /<<'YAML'\n([\s\S]*?)^YAML$/m.exec(page) ?? [];
  const manifest = parse(shell) as { keys: Record<string, object> };
  expect(check(manifest)).toBe(true);
  expect(check({ ...manifest, keyz: {} })).toBe(false);
  for (const [name, yaml] of Object.entries(EXAMPLES))
    expect([name, check(parse(yaml))]).toEqual([name, true]);
});
