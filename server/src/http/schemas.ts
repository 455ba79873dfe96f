import { Type, type TSchema } from 'typebox';
import { TIME_FORM } from '../base/forms/allowed-form.ts';

/**
 * Shapes that several routes share. A `title` makes a shape a component of the OpenAPI document and a named type of
 * the SDK. Objects in requests refuse unknown members.
 */
export const closed = { additionalProperties: false } as const;

export const oneOf = <const T extends readonly string[]>(words: T, options = {}) =>
  Type.Unsafe<T[number]>({ type: 'string', enum: [...words], ...options });

export const nullable = <T extends TSchema>(schema: T, options = {}) =>
  Type.Union([schema, Type.Null()], options);

export const Time = Type.String({
  description: TIME_FORM,
  format: 'date-time',
  maxLength: 40,
});

export const Name = Type.String({
  description: 'a name of 1 to 200 characters, not only white space',
  minLength: 1,
  maxLength: 200,
  pattern: String.raw`\S`,
});
/** A decimal number, exact as text. The handler gets text: `validation.ts` turns a number into its digits. */
export const Decimal = Type.Unsafe<string>({
  anyOf: [
    { type: 'string', pattern: String.raw`^\d{1,15}(\.\d{1,30})?$` },
    { type: 'number', minimum: 0 },
  ],
  description: 'a decimal number, such as 12.50 or "12.50"',
  'x-decimal': true,
});

export const Reason = Type.String({ maxLength: 500 });

/** The flag that `refuseLastWayIn` asks for. */
export const lastAdminFlag = Type.Boolean({
  description:
    'Confirms the change although nobody could administer this instance afterwards. Only the last admin key itself can send it.',
});

export const pageQuery = {
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 200, description: 'Number of items in a page. Default: 50' }),
  ),
  cursor: Type.Optional(Type.String({ maxLength: 200, description: 'next_cursor of the previous page' })),
};

export const pageOf = <T extends TSchema>(items: T, title: string) =>
  Type.Object({ items: Type.Array(items), next_cursor: nullable(Type.String()) }, { title });

export const idParam = (prefix: string) =>
  Type.Object({
    id: Type.String({
      pattern: `^${prefix}_[0-9A-Za-z]{12}$`,
      description: `${prefix}_ and 12 letters or digits, such as ${prefix}_4fT9aBcDeF12`,
    }),
  });

/** Those of `newOrderedId`, and older ones. */
export const orderedIdParam = (prefix: string) =>
  Type.Object({
    id: Type.String({
      pattern: `^${prefix}_[0-9A-Za-z]{12,21}$`,
      description: `${prefix}_ and 12 to 21 letters or digits, such as ${prefix}_0mk3x9q2v4fT9aBcDeF12`,
    }),
  });
