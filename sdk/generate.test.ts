import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { currentDocument, GENERATED, marks, operationsText } from './generate.ts';

test('making the types anew from the routes changes nothing; otherwise: node sdk/generate.ts', () => {
  const types = readFileSync(GENERATED.types, 'utf8');
  const body = types.split('\n').slice(3).join('\n');
  expect(types.split('\n').slice(0, 3)).toEqual(marks(currentDocument(), body).trimEnd().split('\n'));
});

test('the table of operations is that of the routes', () => {
  expect(readFileSync(GENERATED.operations, 'utf8')).toBe(operationsText(currentDocument()));
});
