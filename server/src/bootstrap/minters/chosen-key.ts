import { createHmac, randomUUID } from 'node:crypto';
import { Type, type Static } from 'typebox';
import { closed, text } from '../calls/call-spec.ts';
import { Random } from '../manifest/random.ts';
import { randomValue } from '../secrets.ts';

const HmacKey = Type.Object(
  {
    hmac_sha256: Type.Object(
      {
        secret: text('the key of the HMAC, such as {master}'),
        text: text('the text, such as {id}'),
      },
      { ...closed, description: 'HMAC-SHA-256 in lower-case hex' },
    ),
  },
  { ...closed, description: 'Derived, as the service derives it' },
);

/** A key that Keyward chooses before the service knows it. */
export const ChooseSpec = Type.Object(
  {
    id: Type.Optional(
      Type.Literal('uuid', {
        description: 'the id of the key is chosen too: a random UUID, {id} in the request',
      }),
    ),
    key: Type.Union([Type.Object({ random: Random }, { ...closed, description: 'Drawn' }), HmacKey]),
  },
  {
    ...closed,
    description: 'The key is chosen by Keyward, stored first, and then registered as {key}: none is lost',
  },
);
export type ChooseSpec = Static<typeof ChooseSpec>;

/**
 * Chooses a key.
 * @param fill puts secrets, and the values given to it, into a text
 * @returns what the request that registers it has beside the label
 */
export function chooseKey(
  { id, key }: ChooseSpec,
  fill: (text: string, values: Record<string, string>) => string,
): { key: string; id?: string } {
  const own = id === undefined ? {} : { id: randomUUID() };
  if ('random' in key) return { ...own, key: randomValue(key.random) };
  const { secret, text } = key.hmac_sha256;
  const hmac = createHmac('sha256', fill(secret, own)).update(fill(text, own));
  return { ...own, key: hmac.digest('hex') };
}
