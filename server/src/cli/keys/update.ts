import { unwrap } from '@keyward/sdk';
import { CLIENT_ARGS, openClient } from '../client.ts';
import { verb } from '../command.ts';
import { usageError } from '../exit.ts';
import { HOLDING_ARGS, holdingsOf } from './holdings.ts';
import { END_RUNNING_ARG, ID_ARG, printChanged } from './show.ts';
import { LAST_ADMIN_ARG } from './state-verb.ts';

const CLEARABLE = ['models', 'workspaces', 'ips', 'limits', 'budgets', 'tags', 'metadata', 'expiry'];

export default verb({
  args: {
    id: ID_ARG,
    name: { type: 'string', description: 'A new name' },
    ...HOLDING_ARGS,
    clear: { type: 'enum', options: CLEARABLE, description: 'Field to clear; repeatable' },
    'last-admin': LAST_ADMIN_ARG,
    'end-running': END_RUNNING_ARG,
    ...CLIENT_ARGS,
  },
  examples: [
    'keys update key_4fT9aBcDeF12 --name "the new app" --expires-in 30d',
    'keys update key_4fT9aBcDeF12 --scope models:use --clear budgets --clear expiry',
  ],
  notes: 'Replaces each named field as a whole; all others stay.',
  run: async (args, context) => {
    const cleared = context.all('clear');
    const body = {
      ...(args.name === undefined ? {} : { name: args.name }),
      ...emptied(cleared),
      ...holdingsOf(args, context),
      ...(args['expires-at'] === undefined ? {} : { expires_at: args['expires-at'] }),
      ...(args['end-running'] === true ? { running: 'end' as const } : {}),
    };
    if (Object.keys(body).length === 0)
      throw usageError('No change was given.', { hint: '--help lists the fields.' });
    const client = await openClient(args, context);
    const meant = args['last-admin'] === true ? { last_admin: true } : {};
    const call = client.PATCH('/v1/keys/{id}', {
      params: { path: { id: args.id } },
      body: { ...body, ...meant },
    });
    await printChanged(context, args, await unwrap(call));
  },
});

function emptied(names: string[]): object {
  const unknown = names.find((name) => !CLEARABLE.includes(name));
  if (unknown !== undefined) throw usageError(`--clear must be one of ${CLEARABLE.join(', ')}.`);
  const has = (name: string): boolean => names.includes(name);
  const none = { allow: [], deny: [] };
  const selectors = {
    ...(has('models') ? { models: none } : {}),
    ...(has('workspaces') ? { workspaces: none } : {}),
    ...(has('ips') ? { ips: [] } : {}),
  };
  return {
    ...(Object.keys(selectors).length === 0 ? {} : { selectors }),
    ...(has('limits') ? { limits: [] } : {}),
    ...(has('budgets') ? { budgets: [] } : {}),
    ...(has('tags') ? { tags: [] } : {}),
    ...(has('metadata') ? { metadata: {} } : {}),
    ...(has('expiry') ? { expires_at: null } : {}),
  };
}
