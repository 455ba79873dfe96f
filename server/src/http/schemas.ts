import { Type } from 'typebox';
import type { TSchema } from 'typebox';

/**
 * Shapes that several routes share. A `title` makes a shape a component of the OpenAPI document and a named type of
 * the SDK. Objects that come in refuse members they do not know.
 */
export const closed = { additionalProperties: false } as const;

export const oneOf = <const T extends readonly string[]>(words: T, options = {}) =>
  Type.Unsafe<T[number]>({ type: 'string', enum: [...words], ...options });

export const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

export const Time = Type.String({
  description: 'a time such as 2030-01-31T00:00:00.000Z',
  format: 'date-time',
  maxLength: 40,
});

export const Name = Type.String({ minLength: 1, maxLength: 200, pattern: String.raw`\S` });
export const Reason = Type.String({ maxLength: 500 });

/** The word without which nobody is left outside: `refuseLastWayIn`. */
export const lastAdminFlag = Type.Boolean({
  description: 'Also where nobody could administer any more; for the last admin key itself',
});

export const pageQuery = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, description: 'Items of a page; 50' })),
  cursor: Type.Optional(Type.String({ maxLength: 200, description: 'next_cursor of the page before' })),
};

export const pageOf = <T extends TSchema>(items: T, title: string) =>
  Type.Object({ items: Type.Array(items), next_cursor: nullable(Type.String()) }, { title });

export const idParam = (prefix: string) =>
  Type.Object({
    id: Type.String({
      pattern: `^${prefix}_[0-9A-Za-z]{12}$`,
      description: `${prefix}_ and 12 letters or digits`,
    }),
  });
