import { unwrap, type components, type KeywardClient } from '@keyward/sdk';
import { jsonIn } from '../../base/json-text.ts';
import { say } from '../io.ts';
import { fields, membersText, tableOf, type Columns } from '../output.ts';
import { request } from '../request.ts';
import { forEach } from '../things/several.ts';
import { findWorkspace } from '../workspaces/workspace.ts';
import { succeeded, withUsers } from './outcome.ts';

type Listed = Omit<components['schemas']['ListedInvite'], 'code'>;

const person = (who: Listed['claimedBy']): unknown => (typeof who === 'object' ? who?.username : who);

const COLUMNS: Columns<Listed> = {
  ...fields('id', 'status'),
  'claimed by': ({ claimedBy }) => person(claimedBy),
  workspaces: ({ workspaceIds }) => jsonIn(workspaceIds),
  created: ({ createdAt }) => createdAt,
};

/** Without the code: it makes a user of anybody who has it. */
async function listed(client: KeywardClient): Promise<{ items: Listed[]; has_more: boolean }> {
  const { invites, hasMore = false } = await withUsers(client, () => unwrap(client.GET('/v1/admin/invites')));
  return { items: invites.map(({ code: _code, ...invite }) => invite), has_more: hasMore };
}

export const list = request({
  args: {},
  examples: ['invites list'],
  notes: 'Without the codes: keyward invites create shows the code of an invite once.',
  isList: true,
  send: async (client) => ({ ...(await listed(client)), next_cursor: null }),
  table: ({ items }) => tableOf(items, COLUMNS),
  after: ({ items, has_more: isCut }, { io }) => {
    if (isCut) say(io, `These are the newest ${items.length}; there are older invites.`);
  },
});

export const create = request({
  args: {
    workspace: {
      type: 'string',
      alias: 'w',
      description: 'Workspace that the new user becomes a member of; repeatable',
    },
  },
  examples: ['invites create --workspace staff'],
  notes: 'The code makes its bearer a user of the role default, once. Hand it over like a password.',
  parse: (_args, context) => context.all('workspace'),
  send: async (client, slugs) => {
    const workspaces = await Promise.all(slugs.map((slug) => findWorkspace(client, slug)));
    const body = { workspaceIds: workspaces.map(({ id }) => id) };
    const { invite, error } = await withUsers(client, () =>
      unwrap(client.POST('/v1/admin/invite/new', { body })),
    );
    succeeded({ error });
    return { id: invite.id, code: invite.code, status: invite.status, workspaces: slugs };
  },
  table: ({ code, ...invite }) => [code, membersText(invite)],
  after: (_invite, { io }) =>
    say(
      io,
      'Hand the code over now: no list shows it again. The invited person opens /invite/CODE at the address of the server.',
    ),
});

const remove = forEach({
  args: {
    id: {
      type: 'positional',
      description: 'Number of the invite, from keyward invites list',
      required: true,
    },
  },
  examples: ['invites delete 3', 'invites delete 3 4 --yes'],
  notes: 'The invite stays in the list as disabled.',
  done: 'disabled',
  asks: (invites) => `Disable invite ${invites}?`,
  one: async (client, id) => {
    succeeded(
      await withUsers(client, () =>
        unwrap(client.DELETE('/v1/admin/invite/{id}', { params: { path: { id } } })),
      ),
    );
    return { id, status: 'disabled' };
  },
});
export { remove as delete };
