import { unwrap, type components } from '@keyward/sdk';
import { EXIT, usageError } from '../exit.ts';
import { isTerminal } from '../io.ts';
import { fields, membersText, tableOf, type Shown } from '../output.ts';
import { given, wholeNumber } from '../parse.ts';
import { request } from '../request.ts';
import { readSecret, refuseDamagedKey } from '../secret.ts';
import { keyId } from './key-id.ts';
import { ID_ARG } from './show.ts';

type Question = components['schemas']['VerifyRequest'];
type Verdict = components['schemas']['Verdict'];

const EXAMPLE = 'keyward keys verify < key.txt';

/** The use of a key that is asked about. */
const USE_ARGS = {
  scope: { type: 'string', description: 'Check this scope, such as models:use' },
  model: { type: 'string', description: 'Check this model' },
  workspace: { type: 'string', description: 'Check this workspace' },
  ip: { type: 'string', description: 'Check this address of the caller' },
  cost: { type: 'string', description: 'Number of requests that this counts for. Default: 1' },
} as const;

export const verify = request({
  args: {
    key: { type: 'positional', required: false, description: 'The text of the key. Default: stdin' },
    ...USE_ARGS,
    explain: { type: 'boolean', description: 'List every check with its outcome' },
    consume: {
      type: 'boolean',
      description: 'Count it as a use: take from limits and budgets, and set the last use',
    },
    'dry-run': { type: 'boolean', description: 'Leave no trace. This is the default' },
  },
  examples: [
    'keys verify --scope models:use --explain < key.txt',
    'keys verify --consume --cost 2 < key.txt',
  ],
  notes: 'Exit code 0: the key is valid. Exit code 1: it is not, and the result has the reason.',
  parse: async (args, context) => {
    if (args['key-stdin'] === true && (args.key === undefined || args.key === '-'))
      throw usageError('stdin can contain only one key: log in, and give the key to verify on stdin.', {
        example: EXAMPLE,
      });
    if (args.consume === true && args['dry-run'] === true)
      throw usageError('Give either --consume or --dry-run.');
    const argument = args.key ?? (isTerminal(context.io.stdin) ? undefined : '-');
    const key = await readSecret(context, { argument, name: 'key', example: EXAMPLE });
    if (key === undefined) throw usageError('No key was given.', { example: EXAMPLE });
    refuseDamagedKey(key, 'that was given');
    return {
      key,
      ...useOf(args),
      ...given({ explain: args.explain, consume: args.consume === true }),
    };
  },
  send: (client, body) => unwrap(client.POST('/v1/keys/verify', { body })),
  table: verdictText,
  after: ({ valid }) => (valid ? EXIT.ok : EXIT.failure),
});

export const explain = request({
  args: { id: ID_ARG, ...USE_ARGS },
  examples: [
    'keys explain key_4fT9aBcDeF12 --scope models:use --model openai/gpt-4o',
    'keys explain key_4fT9aBcDeF12 --scope workspaces:chat --workspace handbook --ip 10.0.0.7',
  ],
  notes: 'Exit code 0: the key may do it now. Exit code 1: it may not, and the list says which check failed.',
  parse: (args) => ({ named: args.id, body: useOf(args) }),
  send: async (client, { named, body }) => {
    const id = await keyId(client, named, true);
    return unwrap(client.POST('/v1/keys/{id}/explain', { params: { path: { id } }, body }));
  },
  table: verdictText,
  after: ({ valid }) => (valid ? EXIT.ok : EXIT.failure),
});

type Use = components['schemas']['ExplainRequest'];

function useOf(args: { [Name in keyof typeof USE_ARGS]?: string | undefined }): Use {
  return given({
    scope: args.scope as Use['scope'],
    resource: resourceOf(args.model, args.workspace),
    ip: args.ip,
    cost: args.cost === undefined ? undefined : wholeNumber('cost', args.cost, { min: 1, max: 1000 }),
  });
}

function resourceOf(model: string | undefined, workspace: string | undefined): Question['resource'] {
  if (model !== undefined && workspace !== undefined) throw usageError('Give either --model or --workspace.');
  if (model !== undefined) return { type: 'model', id: model };
  return workspace === undefined ? undefined : { type: 'workspace', id: workspace };
}

function verdictText({ explanation, ...verdict }: Verdict): Shown {
  if (explanation === undefined) return membersText(verdict);
  const checks = tableOf(explanation, fields('check', 'outcome', 'input', 'detail'));
  return [membersText(verdict), checks];
}
