import { unwrap, type components } from '@keyward/sdk';
import { CLIENT_ARGS, openClient } from '../client.ts';
import { verb } from '../command.ts';
import type { Columns } from '../output.ts';
import { given, PAGE_ARGS, pagesOf, printPages } from '../page.ts';
import { pastTime } from '../parse.ts';

type AuditRecord = components['schemas']['AuditRecord'];

const COLUMNS: Columns<AuditRecord> = {
  seq: ({ seq }) => seq,
  at: ({ at }) => at,
  actor: ({ actor }) => actor,
  action: ({ action }) => action,
  target: ({ target }) => target,
  outcome: ({ outcome }) => outcome,
};

export default verb({
  args: {
    actor: { type: 'string', description: 'key:key_…, system, cli or anonymous' },
    action: { type: 'string', description: 'keys.mint, or keys.* for all of a noun' },
    target: { type: 'string', description: 'Only changes of this object, such as a key id' },
    from: { type: 'string', description: 'Start: a time, or an age such as 7d' },
    to: { type: 'string', description: 'End: a time, or an age' },
    ...PAGE_ARGS,
    ...CLIENT_ARGS,
  },
  examples: [
    'audit list',
    'audit list --from 7d --action "keys.*"',
    'audit list --target key_4fT9aBcDeF12 --all',
  ],
  run: async (args, context) => {
    const pages = pagesOf(args);
    const filter = given({
      actor: args.actor,
      action: args.action,
      target: args.target,
      from: args.from === undefined ? undefined : pastTime('from', args.from),
      to: args.to === undefined ? undefined : pastTime('to', args.to),
    });
    const client = await openClient(args, context);
    await printPages(context, args, {
      pages,
      columns: COLUMNS,
      fetchPage: (page) => unwrap(client.GET('/v1/audit', { params: { query: { ...filter, ...page } } })),
    });
  },
});
