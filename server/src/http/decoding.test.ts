import { Type } from 'typebox';
import { expect, expectTypeOf, test } from 'vitest';
import { allRoutes } from '../app/routes.ts';
import { decoder, decodingOf } from './decoding.ts';
import type { Route } from './route.ts';

const count = Type.Decode(Type.Integer(), (value: unknown) => Number(value ?? 7));
const word = Type.Decode(Type.String(), (value: unknown) => (value === 'x' ? 'x' : undefined));
const declared = Type.Object({
  count: Type.Optional(count),
  word: Type.Optional(word),
  plain: Type.Number(),
});

test.each([
  ['members of the declared types', { count: 3, word: 'x', plain: 1 }, { count: 3, word: 'x', plain: 1 }],
  ['a member that is missing', {}, { count: 7 }],
  ['a member of another type', { count: '4', word: ['x'] }, { count: 4 }],
  [
    'a member that is not declared',
    { count: 1, other: 2, __proto__: { word: 'x' } },
    { count: 1, word: 'x' },
  ],
  ['no object', 'text', { count: 7 }],
  ['nothing', undefined, { count: 7 }],
])('a transform type is asked about %s', (_name, value, decoded) => {
  expect(decoder(declared)(value)).toEqual(decoded);
});

test('a handler gets the types of the transform types, optional only where they have no default', () => {
  const read = decoder(declared);
  expectTypeOf(read({}).count).toEqualTypeOf<number>();
  expectTypeOf(read({}).word).toEqualTypeOf<string | undefined>();
  expect(read({ plain: 2 }).plain).toBe(2);
});

test('a text field of a form is decoded as a member of the body, and a file is not', () => {
  const route = { body: declared, bodyKind: 'lenient' } as unknown as Route;
  const part = (name: string, file?: string) => ({
    name,
    value: Buffer.from('x').toString(),
    ...(file === undefined ? {} : { file }),
  });
  const call = { params: {}, query: {}, body: undefined, form: [part('word'), part('plain', 'a.txt')] };
  decodingOf(route)(call as never);
  expect(call.body).toEqual({ count: 7, word: 'x' });
});

test('each member that a route of a lenient surface declares says what it makes of anything', () => {
  const routes = allRoutes('0.0.0').filter(({ surface }) => surface.isLenient === true);
  const undecoded = routes.flatMap(({ method, path, bodyKind, body, query }) =>
    [bodyKind === 'upload' ? undefined : body, query].flatMap((schema) =>
      Object.entries(schema !== undefined && Type.IsObject(schema) ? schema.properties : {})
        .filter(([, member]) => !Type.IsCodec(member))
        .map(([name]) => `${method} ${path}: ${name}`),
    ),
  );
  expect(routes.length).toBeGreaterThan(100);
  expect(undecoded).toEqual([]);
});
