import { Type, type TSchema } from 'typebox';
import { expect, test } from 'vitest';
import { decoder } from '../http/index.ts';
import { asSent, flag, object, pathId, text, texts, whole, wholes, wholeWithin } from './fields.ts';

const read = (schema: TSchema, value: unknown): unknown =>
  (decoder(Type.Object({ field: schema }))({ field: value }) as { field?: unknown }).field;

const LARGEST = Number.MAX_SAFE_INTEGER;

const FIELDS: [string, TSchema, [unknown, unknown][]][] = [
  [
    'text',
    text(),
    [
      ['a', 'a'],
      [' ', ' '],
      ['', undefined],
      [7, undefined],
      ['a\0', undefined],
      [null, undefined],
    ],
  ],
  [
    'a whole number',
    whole(),
    [
      [3, 3],
      [' -3 ', -3],
      ['3.5', undefined],
      [3.5, undefined],
      ['3e2', undefined],
      [1e300, LARGEST],
      [`-${'9'.repeat(30)}`, -LARGEST],
      [true, undefined],
      [[3], undefined],
    ],
  ],
  [
    'a whole number within bounds',
    wholeWithin(Type.Integer(), { otherwise: 5, least: 1, most: 9 }),
    [
      [0, 1],
      ['10', 9],
      [4, 4],
      ['x', 5],
      [undefined, 5],
    ],
  ],
  [
    'a flag',
    flag(),
    [
      [true, true],
      ['true', true],
      [1, false],
      ['TRUE', false],
      [undefined, false],
    ],
  ],
  [
    'a list of whole numbers',
    wholes(),
    [
      [
        [1, '2', 'x', 2, null],
        [1, 2],
      ],
      [[], []],
      ['1', undefined],
    ],
  ],
  [
    'a list of texts',
    texts(),
    [
      [
        ['a', 1, '', null],
        ['a', ''],
      ],
      ['a', undefined],
      [{ 0: 'a' }, undefined],
    ],
  ],
  [
    'an object',
    object({ title: Type.Optional(text()) }),
    [
      [{ title: 'a', other: 1 }, { title: 'a' }],
      ['{"title":"a\\u0000b"}', { title: 'ab' }],
      ['{"title":', {}],
      [[{ title: 'a' }], {}],
      [`{"title":"${'x'.repeat(300_000)}"}`, {}],
      [null, {}],
    ],
  ],
  [
    'the number in a path',
    pathId(),
    [
      ['12', 12],
      ['12a', undefined],
      ['-1', undefined],
      ['9'.repeat(16), undefined],
    ],
  ],
  [
    'what a domain looks at',
    asSent({ field: Type.String() }).field,
    [
      [[1], [1]],
      [null, null],
      ['', ''],
    ],
  ],
];

test.each(
  FIELDS.flatMap(([name, schema, cases]) =>
    cases.map(([value, decoded]) => [name, value, decoded, schema] as const),
  ),
)('%s: %j is read as %j', (_name, value, decoded, schema) => {
  expect(read(schema, value)).toEqual(decoded);
});
