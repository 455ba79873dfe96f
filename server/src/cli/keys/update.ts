import { unwrap } from '@keyward/sdk';
import { usageError } from '../exit.ts';
import { given } from '../parse.ts';
import { request } from '../request.ts';
import { cleared, HOLDING_ARGS, holdingsOf, LAST_ADMIN_ARG, lastAdminOf } from './holdings.ts';
import { keyId } from './key-id.ts';
import { withOwnerIds } from './owner-ids.ts';
import { warnOfUnknown } from './unknown-selections.ts';
import { END_RUNNING_ARG, ID_ARG, updatedText } from './show.ts';

const EVERYTHING = { allow: [], deny: [] };
/** The fields of --clear with their empty values. */
const EMPTY = {
  models: EVERYTHING,
  workspaces: EVERYTHING,
  workers: { owners: [], deny: [] },
  ips: [],
  limits: [],
  budgets: [],
  tags: [],
  metadata: {},
  expiry: null,
};

export const update = request({
  args: {
    id: ID_ARG,
    name: { type: 'string', description: 'A new name' },
    ...HOLDING_ARGS,
    clear: { type: 'enum', options: Object.keys(EMPTY), description: 'Field to clear; repeatable' },
    'last-admin': LAST_ADMIN_ARG,
    'end-running': END_RUNNING_ARG,
  },
  examples: [
    'keys update key_4fT9aBcDeF12 --name "the new app" --expires-in 30d',
    'keys update key_4fT9aBcDeF12 --scope models:use --clear budgets --clear expiry',
  ],
  notes: 'Replaces each named field as a whole; all others stay.',
  parse: (args, context) => {
    const { models, workspaces, workers, ips, expiry, ...fields } = cleared(context.all('clear'), EMPTY);
    const { selectors: named, ...holdings } = holdingsOf(args, context);
    const selectors = { ...given({ models, workspaces, workers, ips }), ...named };
    const change = {
      ...given({ name: args.name, expires_at: expiry }),
      ...(Object.keys(selectors).length === 0 ? {} : { selectors }),
      ...fields,
      ...holdings,
      ...(args['end-running'] === true ? { running: 'end' as const } : {}),
    };
    if (Object.keys(change).length === 0)
      throw usageError('No change was given.', { hint: '--help lists the fields.' });
    return { id: args.id, body: { ...change, ...lastAdminOf(args['last-admin']) } };
  },
  send: async (client, { id: named, body }, { io }) => {
    const id = await keyId(client, named);
    const changed = await unwrap(
      client.PATCH('/v1/keys/{id}', { params: { path: { id } }, body: await withOwnerIds(client, body) }),
    );
    await warnOfUnknown(client, body.selectors, io);
    return changed;
  },
  table: updatedText,
});
