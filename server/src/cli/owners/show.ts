import { paginate, unwrap, type components, type KeywardClient } from '@keyward/sdk';
import { CLIENT_ARGS, openClient } from '../client.ts';
import { verb } from '../command.ts';
import { CliError, EXIT } from '../exit.ts';
import { print, type Columns } from '../output.ts';

type Owner = components['schemas']['Owner'];

export const KINDS: string[] = ['person', 'service', 'team'];

export const OWNER_ID_ARG = {
  type: 'positional',
  description: 'Id or name',
  required: true,
} as const;

export const OWNER_COLUMNS: Columns<Owner> = {
  id: ({ id }) => id,
  name: ({ name }) => name,
  kind: ({ kind }) => kind,
  state: ({ state }) => state,
  budgets: ({ budgets }) =>
    budgets.map(({ used, amount, unit, period }) => `${used}/${amount} ${unit}/${period}`).join(', '),
  created: ({ created_at }) => created_at,
};

/** The id of an owner that was named by its id or its name. @throws CliError exit code 5 */
export async function ownerId(client: KeywardClient, named: string): Promise<string> {
  if (/^own_[0-9A-Za-z]{12}$/.test(named)) return named;
  const pages = paginate((cursor) =>
    unwrap(client.GET('/v1/owners', { params: { query: cursor === undefined ? {} : { cursor } } })),
  );
  for await (const { id, name } of pages) if (name === named) return id;
  throw new CliError('There is no owner of this name.', {
    exitCode: EXIT.notFound,
    example: 'keyward owners list',
  });
}

/** The commands that move an owner to another state differ in nothing but their word. */
export function ownerStateVerb(word: 'suspend' | 'activate', state: 'suspended' | 'active') {
  return verb({
    args: { id: OWNER_ID_ARG, ...CLIENT_ARGS },
    examples: [`owners ${word} own_7hG3kLmNoP56`],
    run: async (args, context) => {
      const client = await openClient(args, context);
      const call = client.PATCH('/v1/owners/{id}', {
        params: { path: { id: await ownerId(client, args.id) } },
        body: { state },
      });
      await print(context, args, { value: await unwrap(call) });
    },
  });
}
