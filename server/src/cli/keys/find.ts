import { unwrap } from '@keyward/sdk';
import { CliError, EXIT, usageError } from '../exit.ts';
import { isTerminal, say } from '../io.ts';
import { request } from '../request.ts';
import { readSecret, refuseDamagedKey } from '../secret.ts';
import { keyText } from './show.ts';

const EXAMPLE = 'keyward keys find < key.txt';

export const find = request({
  args: {
    key: { type: 'positional', required: false, description: 'The text of the key. Default: stdin' },
  },
  examples: ['keys find', '$ keyward keys find < leaked.txt', 'keys find - < leaked.txt'],
  notes:
    'For a key that has leaked: shows which key a text belongs to, also if it was disabled, revoked or has expired. It\n' +
    'leaves no trace in the last use of the key. Needs the scopes keys:verify and keys:read.',
  parse: async (args, context) => {
    if (args['key-stdin'] === true)
      throw usageError('stdin can contain only one key: log in, and give the key to find on stdin.', {
        example: EXAMPLE,
      });
    const argument = args.key ?? (isTerminal(context.io.stdin) ? undefined : '-');
    const key = await readSecret(context, { argument, name: 'key', example: EXAMPLE });
    if (key === undefined) throw usageError('No key was given.', { example: EXAMPLE });
    refuseDamagedKey(key, 'that was given');
    return key;
  },
  send: async (client, key) => {
    const { key_id: id } = await unwrap(client.POST('/v1/keys/verify', { body: { key, consume: false } }));
    if (id === null || id === undefined)
      throw new CliError('No key that you may see has this text.', {
        exitCode: EXIT.notFound,
        hint: 'Another server may have it: --url, or --environment.',
      });
    return unwrap(client.GET('/v1/keys/{id}', { params: { path: { id } } }));
  },
  table: keyText,
  after: ({ id, state }, { io }) => {
    if (state !== 'revoked')
      say(io, `To end it: keyward keys revoke ${id}   To replace its secret: keyward keys rotate ${id}`);
  },
});
