import { Type, type Static } from 'typebox';

/** How a value is drawn. */
export const Random = Type.Object(
  {
    length: Type.Integer({ minimum: 16, maximum: 512, default: 40, description: 'characters' }),
    alphabet: Type.Optional(
      Type.Union([Type.Literal('base62'), Type.Literal('hex'), Type.Literal('base64url')], {
        default: 'base62',
      }),
    ),
    prefix: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 40,
        description: 'put before the random characters, such as sk-',
      }),
    ),
  },
  { additionalProperties: false, description: 'Drawn by Keyward, stored first and then handed in' },
);
export type Random = Static<typeof Random>;
