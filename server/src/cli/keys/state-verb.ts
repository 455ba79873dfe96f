import { unwrap } from '@keyward/sdk';
import { CLIENT_ARGS, openClient } from '../client.ts';
import { verb } from '../command.ts';
import { ID_ARG, printChanged } from './show.ts';

type GivingVerb = 'enable' | 'restore';
type EndingVerb = 'disable' | 'quarantine' | 'revoke';

export const LAST_ADMIN_ARG = {
  type: 'boolean',
  description:
    'Confirm that nobody can administer this instance afterwards. Only the last admin key itself can do this',
} as const;

/** The commands that move a key to another state differ in nothing but their word. */
export function givingVerb(word: GivingVerb, notes: string) {
  return verb({
    args: {
      id: ID_ARG,
      reason: { type: 'string', description: 'Reason, for the audit record' },
      ...CLIENT_ARGS,
    },
    examples: [`keys ${word} key_4fT9aBcDeF12`, `keys ${word} key_4fT9aBcDeF12 --reason "handed over"`],
    notes,
    run: async (args, context) => {
      const client = await openClient(args, context);
      const params = { path: { id: args.id } };
      const body = args.reason === undefined ? {} : { reason: args.reason };
      await printChanged(context, args, await unwrap(client.POST(`/v1/keys/{id}/${word}`, { params, body })));
    },
  });
}

/** The same for those that take something away. */
export function endingVerb(word: EndingVerb, notes: string) {
  return verb({
    args: {
      id: ID_ARG,
      reason: { type: 'string', description: 'Reason, for the audit record' },
      'last-admin': LAST_ADMIN_ARG,
      ...CLIENT_ARGS,
    },
    examples: [`keys ${word} key_4fT9aBcDeF12`, `keys ${word} key_4fT9aBcDeF12 --reason "handed over"`],
    notes,
    run: async (args, context) => {
      const client = await openClient(args, context);
      const params = { path: { id: args.id } };
      const body = {
        ...(args.reason === undefined ? {} : { reason: args.reason }),
        ...(args['last-admin'] === true ? { last_admin: true } : {}),
      };
      await printChanged(context, args, await unwrap(client.POST(`/v1/keys/{id}/${word}`, { params, body })));
    },
  });
}
