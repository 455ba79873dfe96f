import { unwrap } from '@keyward/sdk';
import { CLIENT_ARGS, openClient } from '../client.ts';
import { verb } from '../command.ts';
import { ID_ARG, printChanged } from './show.ts';

type StateVerb = 'disable' | 'enable' | 'quarantine' | 'revoke' | 'restore';

/** The commands that move a key to another state differ in nothing but their word. */
export function stateVerb(word: StateVerb, notes: string) {
  return verb({
    args: {
      id: ID_ARG,
      reason: { type: 'string', description: 'Why; stands in the audit record' },
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
