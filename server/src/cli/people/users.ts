import { KeywardApiError, unwrap, type components, type KeywardClient } from '@keyward/sdk';
import type { Context } from '../command.ts';
import { CliError, EXIT, usageError } from '../exit.ts';
import { say } from '../io.ts';
import { fields, tableOf, type Columns } from '../output.ts';
import { given, wholeNumber } from '../parse.ts';
import { request } from '../request.ts';
import { readSecret } from '../secret.ts';
import { forEach } from '../things/several.ts';
import { succeeded, withUsers } from './outcome.ts';

type User = components['schemas']['User'];

const ROLES: string[] = ['default', 'manager', 'admin'];
const USER_ARG = { type: 'positional', description: 'Name or number of the user', required: true } as const;
const USER_ARGS = {
  role: { type: 'enum', options: ROLES, description: 'What the user may do' },
  'daily-messages': {
    type: 'string',
    description: 'How many messages the user may send in 24 hours; none: any number',
  },
  bio: { type: 'string', description: 'Words about the user, 1,000 characters at most' },
  'password-stdin': { type: 'boolean', description: 'Read the password from stdin' },
} as const;

const COLUMNS: Columns<User> = {
  ...fields('id'),
  name: ({ username }) => username,
  ...fields('role'),
  state: ({ suspended }) => (suspended === 1 ? 'suspended' : 'active'),
  'messages a day': ({ dailyMessageLimit }) => dailyMessageLimit,
  created: ({ createdAt }) => createdAt,
};

const allUsers = async (client: KeywardClient): Promise<User[]> =>
  (await withUsers(client, () => unwrap(client.GET('/v1/admin/users')))).users;

/** @throws CliError exit code 5 */
async function findUser(client: KeywardClient, named: string): Promise<User> {
  const found = (await allUsers(client)).find(
    ({ id, username }) => username === named || String(id) === named,
  );
  if (found !== undefined) return found;
  throw new CliError('There is no user of this name.', {
    exitCode: EXIT.notFound,
    example: 'keyward users list',
  });
}

interface Given {
  role?: string | undefined;
  'daily-messages'?: string | undefined;
  bio?: string | undefined;
  'password-stdin'?: boolean | undefined;
}

/** The flags of USER_ARGS, in the words of the API. @param isNew a new user needs a password */
async function settingsOf(args: Given, context: Context, isNew: boolean) {
  const { role, bio, 'daily-messages': messages, 'password-stdin': fromStdin } = args;
  const example = 'keyward users create ada --password-stdin < password.txt';
  const password =
    isNew || fromStdin === true
      ? await readSecret(context, { fromStdin, name: 'password', example })
      : undefined;
  if (isNew && password === undefined) throw usageError('The new user needs a password.', { example });
  const limit =
    messages === undefined || messages === 'none' ? null : wholeNumber('daily-messages', messages);
  return given({ role, bio, password, dailyMessageLimit: messages === undefined ? undefined : limit });
}

export const list = request({
  args: {},
  examples: ['users list', 'users list --format csv'],
  isList: true,
  send: async (client) => ({ items: await allUsers(client), next_cursor: null }),
  table: ({ items }) => tableOf(items, COLUMNS),
});

export const get = request({
  args: { user: USER_ARG },
  examples: ['users get ada'],
  send: (client, { user }) => findUser(client, user),
});

export const create = request({
  args: {
    name: { type: 'positional', description: 'Name of the user, in small letters', required: true },
    ...USER_ARGS,
  },
  examples: ['users create ada', 'users create ada --role manager --password-stdin < password.txt'],
  notes:
    'Asks for the password on a terminal. Without --role the user may use the workspaces it is a member of.',
  parse: async (args, context) => ({ username: args.name, ...(await settingsOf(args, context, true)) }),
  send: async (client, body) => {
    const { user, error } = await withUsers(client, () =>
      unwrap(client.POST('/v1/admin/users/new', { body })),
    ).catch((refusal: unknown) => {
      throw refusal instanceof KeywardApiError && /already exists/.test(refusal.message)
        ? usageError(refusal.message, {
            hint: 'Change that user, or choose another name. keyward users list shows all.',
          })
        : refusal;
    });
    succeeded({ error });
    return user;
  },
  after: (_user, { io }) =>
    say(io, 'The user logs in with this name and the password, at the address of the server.'),
});

export const update = request({
  args: {
    user: USER_ARG,
    name: { type: 'string', description: 'A new name' },
    ...USER_ARGS,
    suspend: { type: 'boolean', description: 'Suspend the user. --no-suspend: reactivate it' },
  },
  examples: [
    'users update ada --role manager',
    'users update ada --suspend',
    'users update ada --daily-messages 50',
  ],
  notes: 'A lower role, a suspension and a new password end the sessions of the user.',
  parse: async (args, context) => {
    const { user, name: username, suspend } = args;
    const suspended = suspend === undefined ? undefined : suspend ? 1 : 0;
    const body = { ...given({ username, suspended }), ...(await settingsOf(args, context, false)) };
    if (Object.keys(body).length === 0)
      throw usageError('No change was given.', { hint: '--help lists the fields.' });
    return { user, body };
  },
  send: async (client, { user, body }) => {
    const { id } = await findUser(client, user);
    succeeded(
      await unwrap(client.POST('/v1/admin/users/{id}', { params: { path: { id: String(id) } }, body })),
    );
    return findUser(client, String(id));
  },
});

const remove = forEach({
  args: { user: USER_ARG },
  examples: ['users delete ada', 'users delete ada grace --yes'],
  notes: 'Its sessions end at once, and its keys with it.',
  done: 'deleted',
  asks: (users) => `Delete ${users}, with sessions and chats?`,
  one: async (client, named) => {
    const { id, username } = await findUser(client, named);
    succeeded(await unwrap(client.DELETE('/v1/admin/users/{id}', { params: { path: { id: String(id) } } })));
    return { id, username, deleted: true };
  },
});
export { remove as delete };
