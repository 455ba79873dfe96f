import { unwrap } from '@keyward/sdk';
import { CLIENT_ARGS, openClient } from '../client.ts';
import { verb } from '../command.ts';
import { ownerId } from '../owners/show.ts';
import { given, PAGE_ARGS, pagesOf, printPages } from '../page.ts';
import { durationSeconds } from '../parse.ts';
import { ROLES } from './holdings.ts';
import { KEY_COLUMNS } from './show.ts';

const STATES: string[] = ['active', 'disabled', 'quarantined', 'expired', 'revoked'];

export default verb({
  args: {
    state: { type: 'enum', options: STATES, description: 'Only keys in this state' },
    owner: { type: 'string', description: 'Only keys of this owner (id or name)' },
    parent: { type: 'string', description: 'Only children of this key (id)' },
    role: { type: 'enum', options: ROLES, description: 'Only keys with this role' },
    tag: { type: 'string', description: 'Only keys with this tag' },
    search: { type: 'string', description: 'Only keys whose name or id contains this text' },
    'unused-for': { type: 'string', description: 'Only keys without a use for this duration, such as 30d' },
    'expiring-within': {
      type: 'string',
      description: 'Only keys that expire within this duration, such as 7d',
    },
    ...PAGE_ARGS,
    ...CLIENT_ARGS,
  },
  examples: ['keys list', 'keys list --state active --unused-for 90d', 'keys list --all --output json'],
  run: async (args, context) => {
    const pages = pagesOf(args);
    const spans = given({
      unused_for_seconds: seconds('unused-for', args['unused-for']),
      expiring_within_seconds: seconds('expiring-within', args['expiring-within']),
    });
    const client = await openClient(args, context);
    const filter = given({
      state: args.state as 'active' | undefined,
      owner: args.owner === undefined ? undefined : await ownerId(client, args.owner),
      parent: args.parent,
      role: args.role as 'client' | undefined,
      tag: args.tag,
      q: args.search,
      ...spans,
    });
    await printPages(context, args, {
      pages,
      columns: KEY_COLUMNS,
      fetchPage: (page) => unwrap(client.GET('/v1/keys', { params: { query: { ...filter, ...page } } })),
    });
  },
});

const seconds = (flag: string, text: string | undefined): number | undefined =>
  text === undefined ? undefined : durationSeconds(flag, text);
