import { Type, type Static } from 'typebox';

export const VariableName = Type.String({
  pattern: '^[A-Za-z_][A-Za-z0-9_]{0,99}$',
  description: 'the name of an environment variable',
});

const closed = { additionalProperties: false };

/** A secret is never written in the manifest: it names a variable or a file. */
export const SecretReference = Type.Union([
  Type.Object({ env: VariableName }, { ...closed, description: 'The value of an environment variable' }),
  Type.Object(
    {
      file: Type.String({ minLength: 1, maxLength: 2_000, description: 'a path, relative to the manifest' }),
    },
    { ...closed, description: 'The content of a file' },
  ),
]);
export type SecretReference = Static<typeof SecretReference>;
