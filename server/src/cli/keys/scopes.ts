import { unwrap, type components } from '@keyward/sdk';
import { say } from '../io.ts';
import { fields, tableOf, type Columns } from '../output.ts';
import { request } from '../request.ts';
import { keyId } from './key-id.ts';
import { ID_ARG } from './show.ts';

type KeyScopes = components['schemas']['KeyScopes'];

const COLUMNS: Columns<KeyScopes['scopes'][number]> = {
  ...fields('scope'),
  'granted by': ({ granted_by }) => granted_by,
  'last used': ({ last_used_on }) => last_used_on ?? 'never',
  unused: ({ unused }) => (unused ? 'yes' : ''),
};

export const scopes = request({
  args: { id: ID_ARG },
  examples: ['keys scopes key_4fT9aBcDeF12', 'keys scopes "Ada\'s notebook"'],
  notes:
    'A scope is unused when no request needed it in 30 days. No scope is called unused while the record is younger: it\n' +
    'begins with the key, and again when the key gets a scope or is enabled or restored.',
  send: async (client, { id: named }) => {
    const id = await keyId(client, named);
    return { id, ...(await unwrap(client.GET('/v1/keys/{id}/scopes', { params: { path: { id } } }))) };
  },
  shown: ({ id: _id, ...answer }) => answer,
  table: ({ recorded_since, scopes: all }) => [`Recorded since ${recorded_since}.`, tableOf(all, COLUMNS)],
  after: ({ id, scopes: all, narrowed }, { io }) => {
    if (!all.some(({ unused }) => unused)) return;
    const flags = narrowed.map((grant) => `--scope '${grant}'`).join(' ');
    say(
      io,
      flags === ''
        ? `No scope of the key is used. To end it: keyward keys revoke ${id}`
        : `To take the unused scopes away: keyward keys update ${id} ${flags}`,
    );
  },
});
