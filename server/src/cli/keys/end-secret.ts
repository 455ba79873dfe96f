import { unwrap } from '@keyward/sdk';
import { CliError, EXIT, usageError } from '../exit.ts';
import { say } from '../io.ts';
import { localTime } from '../output.ts';
import { request } from '../request.ts';
import { keyId } from './key-id.ts';
import { changedText, goingSecrets, ID_ARG, type Secret } from './show.ts';
import { counted } from '../count-text.ts';

export const endSecret = request({
  args: {
    id: ID_ARG,
    secret: {
      type: 'positional',
      description:
        'Id of the secret from keyward keys get: sec_ and 12 characters. Default: the only old one',
      required: false,
    },
  },
  examples: ['keys end-secret "my app"', 'keys end-secret key_4fT9aBcDeF12 sec_8sK2mNoPqR34'],
  notes:
    'Ends the old secret of a rotation at once, with its running requests. keyward keys get shows its last use.',
  send: async (client, { id: named, secret }, { io }) => {
    const id = await keyId(client, named);
    let secret_id = secret;
    if (secret_id === undefined) {
      const { secrets } = await unwrap(client.GET('/v1/keys/{id}', { params: { path: { id } } }));
      const old = oldSecret(id, secrets, Date.now());
      secret_id = old.id;
      say(io, `The old secret is ${old.hint} (${old.id}), ${useOf(old)}.`);
    }
    return unwrap(
      client.POST('/v1/keys/{id}/secrets/{secret_id}/end', { params: { path: { id, secret_id } } }),
    );
  },
  table: changedText,
});

/** @throws CliError where no old secret works; where several do, it lists them with the commands to choose by. */
export function oldSecret(key: string, secrets: readonly Secret[], nowMs: number): Secret {
  const old = goingSecrets(secrets, nowMs);
  const [only] = old;
  if (only !== undefined && old.length === 1) return only;
  if (only === undefined)
    throw new CliError('The key has one secret that works, and no old one beside it.', {
      exitCode: EXIT.failure,
      hint: `To replace it: keyward keys rotate ${key}   To end the key: keyward keys revoke ${key}`,
    });
  const choices = old.map(
    (one) => `\n  keyward keys end-secret ${key} ${one.id}   (${one.hint}, ${useOf(one)})`,
  );
  throw usageError(
    `${counted(old.length, 'old secret')} of the key work: name one of them.${choices.join('')}`,
  );
}

const useOf = ({ last_used_at: at, last_used_from: from }: Secret): string => {
  if (at === null) return 'never used';
  return `last used ${localTime(at)}${from === null ? '' : ` from ${from}`}`;
};
