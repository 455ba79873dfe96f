import { expect, test } from 'vitest';
import { ApiError } from './api-error.ts';
import { grammarSchema } from './json-schema.ts';

function refusedAt(schema: unknown): string | null {
  try {
    grammarSchema(schema);
    return 'taken';
  } catch (error) {
    return error instanceof ApiError ? error.param : 'wrong error';
  }
}

const ROOT = 'response_format.json_schema.schema';

test('Annotations are left out, and anyOf and definitions become what grammars accept', () => {
  const schema = {
    $schema: 'x',
    type: 'object',
    properties: { a: { anyOf: [{ type: 'null', title: 'T' }, { $ref: '#/definitions/b' }] } },
    definitions: { b: { type: 'integer', default: 1 } },
  };
  expect(grammarSchema(schema)).toEqual({
    type: 'object',
    properties: { a: { oneOf: [{ type: 'null' }, { $ref: '#/$defs/b' }] } },
    $defs: { b: { type: 'integer' } },
  });
});

test('An object without properties and an empty schema accept anything', () => {
  expect(grammarSchema({ type: 'object' })).toEqual({ type: 'object', additionalProperties: true });
  expect(grammarSchema({})).toHaveProperty('oneOf');
});

test('Keywords that a grammar does not support are refused with their place', () => {
  for (const keyword of ['pattern', 'minimum', 'multipleOf', 'allOf', 'not', 'if', 'uniqueItems']) {
    expect(refusedAt({ type: 'array', items: { [keyword]: 1 } })).toBe(`${ROOT}.items.${keyword}`);
  }
  expect(refusedAt({ type: 'string', format: 'email' })).toBe(`${ROOT}.format`);
  expect(refusedAt({ $ref: 'other.json' })).toBe(`${ROOT}.$ref`);
});

test('Invalid and unbounded schemas are refused', () => {
  expect(refusedAt(5)).toBe(ROOT);
  expect(refusedAt({ type: 'text' })).toBe(`${ROOT}.type`);
  expect(refusedAt({ $ref: '#/$defs/none', $defs: { some: {} } })).toBe(`${ROOT}.$ref`);
  expect(refusedAt({ enum: [{}] })).toBe(`${ROOT}.enum`);
  expect(refusedAt({ type: 'string', maxLength: 1e9 })).toBe(`${ROOT}.maxLength`);
  let deep: object = { type: 'string' };
  for (let level = 0; level < 50; level++) deep = { type: 'array', items: deep };
  expect(refusedAt(deep)).toContain('items');
});
