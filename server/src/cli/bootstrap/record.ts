import { unwrap, type components } from '@keyward/sdk';
import { cell, fields, membersText, tableOf, type Columns } from '../output.ts';
import { given } from '../parse.ts';
import { pagedList, request } from '../request.ts';

type RecordedKey = components['schemas']['BootstrapKey'];
type KeyWithEvents = components['schemas']['BootstrapKeyWithEvents'];
type State = RecordedKey['state'];

const NOTES =
  'The record of a Keyward server: what runs of the bootstrap reported to it (report in the manifest, docs/bootstrap-record.md).';

const COLUMNS: Columns<RecordedKey> = {
  ...fields('stack', 'id', 'state', 'source', 'place'),
  key: ({ service_key_id, key_state }) =>
    service_key_id === null || key_state === null ? service_key_id : `${service_key_id} (${key_state})`,
  reported: ({ reported_at }) => reported_at,
};

export const list = pagedList({
  args: {
    stack: { type: 'string', description: 'Only keys of this stack' },
    state: { type: 'string', description: 'Only keys in this state, such as edited or refused' },
  },
  examples: ['bootstrap list', 'bootstrap list --stack tribuence --state refused --output json'],
  notes: NOTES,
  columns: COLUMNS,
  open:
    (client, { stack, state }) =>
    (page) => {
      const query = given({ stack, state: state as State | undefined, ...page });
      return unwrap(client.GET('/v1/bootstrap/keys', { params: { query } }));
    },
});

const KEY_ARGS = {
  stack: { type: 'positional', description: 'Name of the stack', required: true },
  id: { type: 'positional', description: 'Id of the key in the manifest', required: true },
} as const;

export const get = request({
  args: KEY_ARGS,
  examples: ['bootstrap get tribuence anythingllm'],
  notes: NOTES,
  send: (client, { stack, id }) =>
    unwrap(client.GET('/v1/bootstrap/keys/{stack}/{id}', { params: { path: { stack, id } } })),
  table: ({ events, ...key }: KeyWithEvents) => [
    membersText(key),
    tableOf(events, fields('at', 'action', 'state', 'verb', 'reason')),
  ],
});

export const forget = request({
  args: { ...KEY_ARGS, id: { ...KEY_ARGS.id, required: false, description: 'Only this key' } },
  examples: ['bootstrap forget tribuence anythingllm', 'bootstrap forget tribuence'],
  notes: `${NOTES}\nOnly the record is removed: values and keys stay. The next report records them again.`,
  send: async (client, { stack, id }) => {
    await (id === undefined
      ? unwrap(client.DELETE('/v1/bootstrap/keys/{stack}', { params: { path: { stack } } }))
      : unwrap(client.DELETE('/v1/bootstrap/keys/{stack}/{id}', { params: { path: { stack, id } } })));
    return { stack, ...given({ id }), state: 'forgotten' };
  },
  table: ({ stack, id }) => `Forgotten: ${cell(id === undefined ? stack : `${stack}/${id}`)}`,
});
