import { unwrap, type components, type KeywardClient } from '@keyward/sdk';
import { usageError } from './exit.ts';
import { say } from './io.ts';
import { BOUND_ARGS, boundsOf, cleared, LAST_ADMIN_ARG, lastAdminOf } from './keys/holdings.ts';
import { SEARCHED_CHARACTERS } from './keys/key-id.ts';
import { fields, type Columns } from './output.ts';
import { given } from './parse.ts';
import { idOf, NAMED_ARG, type Kind } from './things/thing-id.ts';
import { pagedList, request, type FetchPage } from './request.ts';
import { forEach } from './things/several.ts';

type Owner = components['schemas']['Owner'];

const KINDS: string[] = ['person', 'service', 'team'];

const COLUMNS: Columns<Owner> = {
  ...fields('id', 'name', 'kind', 'state'),
  budgets: ({ budgets }) =>
    budgets.map(({ used, amount, unit, period }) => `${used}/${amount} ${unit}/${period}`).join(', '),
  created: ({ created_at }) => created_at,
};

const pageOf =
  (client: KeywardClient, q?: string): FetchPage<Owner> =>
  (query) =>
    unwrap(client.GET('/v1/owners', { params: { query: { ...query, ...given({ q }) } } }));

const OWNER: Kind<Owner> = {
  noun: 'owner',
  prefix: 'own',
  pages: (client, named) => {
    const page = pageOf(client, named.slice(0, SEARCHED_CHARACTERS));
    return (query) => page({ ...query, limit: 200 });
  },
};

/** The id of an owner that was named by its id or its name. @throws CliError exit code 5 */
export const ownerId = (client: KeywardClient, named: string): Promise<string> => idOf(client, named, OWNER);

/** For a flag that names an owner. */
export const ownerIdIn = async (
  client: KeywardClient,
  named: string | undefined,
): Promise<string | undefined> => (named === undefined ? undefined : ownerId(client, named));

const pathOf = async (client: KeywardClient, named: string) => ({
  params: { path: { id: await ownerId(client, named) } },
});

export const create = request({
  args: {
    name: { type: 'positional', description: 'Name of the owner; it must be unique', required: true },
    kind: { type: 'enum', options: KINDS, default: 'person', description: 'Kind of the owner' },
    ...BOUND_ARGS,
  },
  examples: ['owners create "Ada Lovelace" --budget 20usd/month', 'owners create search --kind team'],
  notes: 'Limits and budgets hold for all keys of the owner together.',
  parse: ({ name, kind }, context) => ({ name, kind: kind as 'person', ...boundsOf(context) }),
  send: (client, body) => unwrap(client.POST('/v1/owners', { body })),
  after: ({ id }, { io }) => say(io, `Give it a key: keyward keys create NAME --role client --owner ${id}`),
});

export const list = pagedList({
  args: {
    search: { type: 'string', description: 'Only owners whose name or id contains this text' },
  },
  examples: ['owners list', 'owners list --search ada', 'owners list --all --output json'],
  columns: COLUMNS,
  parse: ({ search }) => search,
  open: pageOf,
});

export const get = request({
  args: { id: NAMED_ARG },
  examples: ['owners get own_7hG3kLmNoP56'],
  send: async (client, { id }) => unwrap(client.GET('/v1/owners/{id}', await pathOf(client, id))),
});

export const update = request({
  args: {
    id: NAMED_ARG,
    name: { type: 'string', description: 'A new name' },
    kind: { type: 'enum', options: KINDS, description: 'Kind of the owner' },
    ...BOUND_ARGS,
    clear: { type: 'string', description: 'Field to clear: limits, budgets; repeatable' },
    'last-admin': LAST_ADMIN_ARG,
  },
  examples: [
    'owners update own_7hG3kLmNoP56 --name "Ada King"',
    'owners update own_7hG3kLmNoP56 --budget 20usd/month --clear limits',
  ],
  notes:
    'Limits and budgets hold for all keys of the owner together. They replace the existing ones; past use still\n' +
    'counts.',
  parse: ({ id, name, kind, 'last-admin': isMeant }, context) => {
    const change = {
      ...given({ name, kind: kind as 'person' | undefined }),
      ...cleared(context.all('clear'), { limits: [], budgets: [] }),
      ...boundsOf(context),
    };
    if (Object.keys(change).length === 0)
      throw usageError('Give --name, --kind, --limit, --budget or --clear.');
    return { id, body: { ...change, ...lastAdminOf(isMeant) } };
  },
  send: async (client, { id, body }) =>
    unwrap(client.PATCH('/v1/owners/{id}', { ...(await pathOf(client, id)), body })),
});

const stateVerb = (word: 'suspend' | 'activate', state: 'suspended' | 'active') =>
  forEach({
    args: { id: NAMED_ARG },
    examples: [`owners ${word} own_7hG3kLmNoP56`, `owners ${word} Ada Grace`],
    done: state,
    one: async (client, named) =>
      unwrap(client.PATCH('/v1/owners/{id}', { ...(await pathOf(client, named)), body: { state } })),
  });

export const suspend = stateVerb('suspend', 'suspended');
export const activate = stateVerb('activate', 'active');

const remove = forEach({
  args: { id: NAMED_ARG },
  examples: ['owners delete own_7hG3kLmNoP56', 'owners delete Ada Grace --yes'],
  notes: 'All its keys end at once, permanently. To end them temporarily: keyward owners suspend.',
  done: 'deleted',
  asks: (owners) => `Delete ${owners}, and end all keys of this owner for ever?`,
  one: async (client, named) => {
    const id = await ownerId(client, named);
    const answer = await unwrap(client.DELETE('/v1/owners/{id}', { params: { path: { id } } }));
    return { id, state: 'deleted', ...answer };
  },
});
export { remove as delete };
