import { unwrap, type components, type KeywardClient } from '@keyward/sdk';
import { jsonIn } from '../../base/json-text.ts';
import type { Context } from '../command.ts';
import { CliError, EXIT, usageError } from '../exit.ts';
import { say, warn } from '../io.ts';
import { fields, membersText, tableOf, type Columns } from '../output.ts';
import { given, wholeNumber } from '../parse.ts';
import { succeeded } from '../people/outcome.ts';
import { request } from '../request.ts';
import { forEach } from '../things/several.ts';
import { inWorkspace } from '../workspaces/workspace.ts';

type Widget = components['schemas']['EmbedList']['embeds'][number];

const UUID_ARG = {
  type: 'positional',
  description: 'UUID of the widget, from keyward widgets list',
  required: true,
} as const;
const WIDGET_ARGS = {
  site: {
    type: 'string',
    description: 'A site that may show it, such as https://*.example.com; repeatable. any: every site',
  },
  mode: {
    type: 'enum',
    options: ['query', 'chat'] as string[],
    description: 'query answers from the documents only',
  },
  'chats-per-day': { type: 'string', description: 'In any 24 hours, of all visitors; none: no limit' },
  'chats-per-session': { type: 'string', description: 'In any 24 hours, of one visitor; none: no limit' },
} as const;

const COLUMNS: Columns<Widget> = {
  ...fields('uuid'),
  workspace: ({ workspace }) => workspace.name,
  mode: ({ chat_mode: mode }) => mode,
  state: ({ enabled, state }) => state ?? (enabled ? 'enabled' : 'disabled'),
  chats: ({ chat_count: count }) => count,
  created: ({ createdAt }) => createdAt,
};

interface Given {
  mode?: string | undefined;
  'chats-per-day'?: string | undefined;
  'chats-per-session'?: string | undefined;
}

const limitOf = (flag: string, text: string | undefined): number | null | undefined =>
  text === 'none' ? null : text === undefined ? undefined : wholeNumber(flag, text, { min: 1 });

/** The flags of WIDGET_ARGS, in the words of the API. */
function settingsOf({ mode: chat_mode, ...args }: Given, { all }: Context) {
  const sites = all('site');
  if (sites.length > 1 && sites.includes('any'))
    throw usageError('--site any allows every site: give it alone.');
  const allowlist_domains = sites.length === 0 ? undefined : sites[0] === 'any' ? null : sites;
  return given({
    chat_mode,
    allowlist_domains,
    max_chats_per_day: limitOf('chats-per-day', args['chats-per-day']),
    max_chats_per_session: limitOf('chats-per-session', args['chats-per-session']),
  });
}

/** The server keeps the list of sites as a text. */
const widgetText = ({ allowlist_domains: sites, ...rest }: { allowlist_domains: string | null }): string =>
  membersText({ ...rest, allowlist_domains: sites === null ? 'any' : jsonIn(sites) });

const allWidgets = async (client: KeywardClient): Promise<Widget[]> =>
  (await unwrap(client.GET('/v1/embed'))).embeds;

const pathOf = (uuid: string) => ({ params: { path: { uuid } } });

export const list = request({
  args: {},
  examples: ['widgets list'],
  isList: true,
  send: async (client) => ({ items: await allWidgets(client), next_cursor: null }),
  table: ({ items }) => tableOf(items, COLUMNS),
});

/** @throws CliError exit code 5 */
async function findWidget(client: KeywardClient, uuid: string) {
  const found = (await allWidgets(client)).find((widget) => widget.uuid === uuid);
  if (found !== undefined)
    return { ...found, ...(await unwrap(client.GET('/v1/embed/{uuid}', pathOf(uuid)))).embed };
  throw new CliError('There is no widget with this UUID.', {
    exitCode: EXIT.notFound,
    example: 'keyward widgets list',
  });
}

export const get = request({
  args: { uuid: UUID_ARG },
  examples: ['widgets get 4c2f9b0e-0000-4000-8000-000000000000'],
  send: (client, { uuid }) => findWidget(client, uuid),
  table: widgetText,
});

export const create = request({
  args: {
    workspace: {
      type: 'positional',
      description: 'Slug of the workspace that it answers from',
      required: true,
    },
    ...WIDGET_ARGS,
  },
  examples: ['widgets create staff --site https://example.org --chats-per-day 200'],
  notes: 'Visitors spend the budgets and limits of your key: give it a budget if models cost money.',
  parse: ({ workspace, ...args }, context) => ({ workspace_slug: workspace, ...settingsOf(args, context) }),
  send: async (client, body) => {
    const { embed, error } = await inWorkspace(body.workspace_slug, () =>
      unwrap(client.POST('/v1/embed/new', { body })),
    );
    succeeded({ error });
    return embed;
  },
  table: widgetText,
  after: ({ allowlist_domains: sites, uuid }, { io }) => {
    if (sites === null)
      warn(io, [`every site may show it. To name sites: keyward widgets update ${uuid} --site URL`]);
    say(io, 'To put it on a page: docs/workspaces.md, "A chat on your page".');
  },
});

export const update = request({
  args: {
    uuid: UUID_ARG,
    ...WIDGET_ARGS,
    enable: { type: 'boolean', description: 'Enable it' },
    disable: { type: 'boolean', description: 'Close it; running answers end' },
  },
  examples: [
    'widgets update 4c2f9b0e-0000-4000-8000-000000000000 --disable',
    'widgets update 4c2f9b0e-0000-4000-8000-000000000000 --chats-per-day 50 --site https://example.org',
  ],
  notes: 'Your key becomes the one whose budgets visitors spend.',
  parse: ({ uuid, enable = false, disable = false, ...args }, context) => {
    if (enable && disable) throw usageError('Give either --enable or --disable.');
    const enabled = enable || disable ? enable : undefined;
    const body = { ...given({ enabled }), ...settingsOf(args, context) };
    if (Object.keys(body).length === 0)
      throw usageError('No change was given.', { hint: '--help lists the fields.' });
    return { uuid, body };
  },
  send: async (client, { uuid, body }) => {
    succeeded(await unwrap(client.POST('/v1/embed/{uuid}', { ...pathOf(uuid), body })));
    return findWidget(client, uuid);
  },
  table: widgetText,
});

export const adopt = request({
  args: { uuid: UUID_ARG },
  examples: ['widgets adopt 4c2f9b0e-0000-4000-8000-000000000000'],
  notes:
    'For a widget whose key has ended, or that was imported: from now on visitors spend the budgets of your key.',
  send: async (client, { uuid }) => {
    succeeded(await unwrap(client.POST('/v1/embed/{uuid}/adopt', pathOf(uuid))));
    return findWidget(client, uuid);
  },
  table: widgetText,
});

const remove = forEach({
  args: { uuid: UUID_ARG },
  examples: ['widgets delete 4c2f9b0e-0000-4000-8000-000000000000'],
  done: 'deleted',
  asks: (widgets) => `Delete ${widgets} with its chats?`,
  one: async (client, uuid) => {
    succeeded(await unwrap(client.DELETE('/v1/embed/{uuid}', pathOf(uuid))));
    return { uuid, deleted: true };
  },
});
export { remove as delete };
