import { unwrap, type components } from '@keyward/sdk';
import type { Context } from './command.ts';
import { usageError } from './exit.ts';
import { say } from './io.ts';
import { keyIdIn } from './keys/key-id.ts';
import { fields, type Columns } from './output.ts';
import { ownerIdIn } from './owners.ts';
import { given } from './parse.ts';
import { pagedList, request } from './request.ts';
import { counted } from './count-text.ts';

const COLUMNS: Columns<components['schemas']['RunningRequest']> = {
  ...fields('id'),
  key: ({ key_name, key_id }) => key_name ?? key_id,
  owner: ({ owner_name, owner_id }) => owner_name ?? owner_id,
  ...fields('route', 'model'),
  seconds: ({ age_seconds }) => age_seconds,
  'tokens in': ({ tokens_in }) => tokens_in,
  'tokens out': ({ tokens_out }) => tokens_out,
  progress: ({ progress }) => (progress === null ? null : `${progress.done}/${progress.total}`),
};

function sayMissing(
  { io }: Context,
  { missing_nodes: count }: { missing_nodes: number },
  effect: string,
): void {
  if (count > 0) say(io, `${count} of the server's processes did not answer. Their requests ${effect}.`);
}

export const list = pagedList({
  args: {},
  examples: ['running list', 'running list --all --output json'],
  notes: 'Without the scope keys:read it lists only requests of your own key.',
  columns: COLUMNS,
  open: (client, _args, context) => async (query) => {
    const page = await unwrap(client.GET('/v1/running', { params: { query } }));
    sayMissing(context, page, 'are missing here');
    return page;
  },
});

export const stop = request({
  args: {
    id: { type: 'positional', description: 'Id from keyward running list: run_…', required: false },
    key: { type: 'string', description: 'All requests of this key (id or name)' },
    owner: { type: 'string', description: 'All requests of this owner (id or name)' },
    tag: { type: 'string', description: 'All requests of keys with this tag' },
  },
  examples: ['running stop run_4fT9aBcDeF12_1a', 'running stop --key key_4fT9aBcDeF12'],
  notes: 'The keys stay active. To end a key with its requests: keyward keys revoke.',
  parse: ({ id, key, owner, tag }) => {
    const body = given({ key, owner, tag });
    if (Object.keys(given({ id, ...body })).length !== 1)
      throw usageError('Give the id of a request, or one of --key, --owner and --tag.');
    return { id, body };
  },
  send: async (client, { id, body: { key, owner, ...body } }) => {
    if (id !== undefined) return unwrap(client.POST('/v1/running/{id}/stop', { params: { path: { id } } }));
    const ids = given({ key: await keyIdIn(client, key), owner: await ownerIdIn(client, owner) });
    return unwrap(client.POST('/v1/running/stop', { body: { ...body, ...ids } }));
  },
  table: ({ acknowledged: { requests_ended: count } }) => `Stopped ${counted(count, 'request')}.`,
  after: (stopped, context) => sayMissing(context, stopped, 'may continue'),
});
