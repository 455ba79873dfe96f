import { unwrap, type components } from '@keyward/sdk';
import { clientFor, localUrl, URL_ARGS } from '../client.ts';
import { verb } from '../command.ts';
import { readCredential, storeCredential } from '../credentials/index.ts';
import { CliError, EXIT, usageError } from '../exit.ts';
import { say } from '../io.ts';
import { print, tableOf, type Columns } from '../output.ts';
import { given } from '../parse.ts';
import { request } from '../request.ts';
import { readSecret } from '../secret.ts';
import { forEach } from '../things/several.ts';
import { registrationOf, WORKER_ARGS, workerChoice, workerName } from './choice.ts';
import { findGpus } from './gpus.ts';

export { run } from './run.ts';

type WorkerView = components['schemas']['Worker'];

const namesOf = (list: unknown): string =>
  Array.isArray(list) ? list.map((item) => (item as { name?: string }).name ?? '').join(', ') : '';

const COLUMNS: Columns<WorkerView> = {
  name: ({ name }) => name,
  id: ({ worker_id: id }) => id,
  state: ({ state }) => state,
  jobs: ({ jobs, concurrency }) => `${jobs} of ${concurrency}`,
  gpus: ({ capabilities }) => namesOf(capabilities['gpus']),
  models: ({ capabilities }) => namesOf(capabilities['models']),
  region: ({ region }) => region,
  'last seen': ({ seen_at }) => seen_at,
};

/** The header that names a worker. */
const named = (name: string | undefined) =>
  name === undefined ? {} : { params: { header: { 'x-miner-id': name } } };

export const register = request({
  args: WORKER_ARGS,
  examples: ['miner register --name gpu-1 --models gemma3:1b,llama3.2 --concurrency 2'],
  notes:
    'Reports the GPUs of this machine and the models that you name, for a worker of your own that polls by itself.\n' +
    'keyward miner run registers itself.',
  parse: workerChoice,
  send: async (client, choice, context) => {
    const { gpus, words } = await findGpus(context.config);
    say(context.io, words);
    const body = registrationOf(choice, { gpus, models: choice.models, labels: choice.labels });
    return unwrap(client.POST('/v1/workers/register', { body, ...named(choice.name) }));
  },
});

export const status = request({
  args: {},
  examples: ['miner status', 'miner status --output json'],
  notes:
    'The workers of the owner of this key, that were seen within a week. With workers:read those of all owners.',
  send: (client) => unwrap(client.GET('/v1/workers')),
  isList: true,
  whenEmpty: 'No worker of the owner of this key. Start one: keyward miner run',
  table: ({ items }) => tableOf(items, COLUMNS),
  after: ({ items: { length }, has_more: hasMore }, { io }) => {
    if (hasMore)
      say(io, `These ${length} were heard of last. An administrator reads all: keyward admin miners --all`);
  },
});

export const drain = request({
  args: { worker: { type: 'positional', description: 'Name or id of the worker', required: true } },
  examples: ['miner drain gpu-1'],
  notes:
    'The worker finishes the jobs that it has, and gets no more. keyward miner run then ends. It gets jobs again when\n' +
    'it registers again.',
  parse: ({ worker }) => workerName(worker),
  send: async (client, name) => {
    await unwrap(client.POST('/v1/workers/heartbeat', { body: { status: 'draining' }, ...named(name) }));
    return { worker: name, state: 'draining' };
  },
});

const NEEDS = 'Needs the scope workers:manage, which of the roles only the administrator has.';
const WORKER_ID = {
  worker: {
    type: 'positional',
    description: 'Id of the worker: keyward miner status shows it',
    required: true,
  },
} as const;

export const pause = request({
  args: WORKER_ID,
  examples: ['miner pause wrk_4fT9aBcDeF12'],
  notes:
    'The worker finishes the jobs that it has, and gets no more until keyward miner resume. Its program goes on, unlike\n' +
    `with keyward miner drain. ${NEEDS}`,
  parse: ({ worker }) => worker,
  send: (client, id) => unwrap(client.POST('/v1/workers/{id}/pause', { params: { path: { id } } })),
});

export const resume = request({
  args: WORKER_ID,
  examples: ['miner resume wrk_4fT9aBcDeF12'],
  notes: `The worker gets jobs again. ${NEEDS}`,
  parse: ({ worker }) => worker,
  send: (client, id) => unwrap(client.POST('/v1/workers/{id}/resume', { params: { path: { id } } })),
});

const remove = forEach({
  args: { worker: { ...WORKER_ID.worker, description: 'Name or id of the worker' } },
  examples: ['miner delete gpu-1', 'miner delete wrk_4fT9aBcDeF12 --yes'],
  notes:
    'It finishes the jobs that it has, and keyward miner run then ends. A worker comes back when it registers again: to\n' +
    'keep a machine out, revoke its key. Workers of other owners, by their ids, need the scope workers:manage.',
  done: 'taken away',
  asks: (workers) => `Take ${workers} away?`,
  one: (client, id) => unwrap(client.DELETE('/v1/workers/{id}', { params: { path: { id } } })),
});
export { remove as delete };

export const enroll = request({
  args: { name: { type: 'string', description: 'Name of the key that the machine gets. Default: worker' } },
  examples: ['miner enroll --name gpu-1'],
  notes:
    'The key of the machine is a child of this key: it ends with it, and can only do the work of a worker.',
  parse: ({ name }) => given({ name: name === undefined ? undefined : workerName(name) }),
  send: (client, body) => unwrap(client.POST('/v1/workers/enroll', { body })),
  after: (_enrolment, { io }) => {
    // Not say: this program may have another path there.
    io.stderr.write('On the new machine, within 15 minutes: keyward miner join TOKEN --url URL\n');
  },
});

export const join = verb({
  args: {
    token: { type: 'positional', required: false, description: 'From keyward miner enroll; - reads stdin' },
    ...URL_ARGS,
  },
  examples: [
    'miner join join_4fT9aBcDeF12… --url https://keyward.example.org',
    '$ keyward miner join - < token.txt',
  ],
  notes: 'Stores the key of this machine as keyward auth login does. The token works once.',
  run: async (args, context) => {
    const { io, config } = context;
    const { environment = 'default' } = args;
    // Before the token is used up.
    const before = await readCredential(context, environment);
    if (before !== undefined)
      throw new CliError(`There is a stored credential client@${environment} already: it is not replaced.`, {
        exitCode: EXIT.usage,
        hint: 'Store the key of this machine under another name, or log out first.',
        example: 'keyward miner join TOKEN --environment worker',
      });
    const token = await tokenOf(args.token, context);
    const url = args.url ?? config.client.url ?? localUrl(config);
    const client = clientFor(url, undefined, context);
    const { key, secret } = await unwrap(client.POST('/v1/workers/join', { body: { token } }));
    const entry = { url: client.url, key: secret, keyId: key.id };
    const where = await storeCredential(context, environment, entry);
    say(io, `Stored in ${where === 'keyring' ? 'the keyring' : where} as client@${environment}.`);
    const { id, name, scopes, expires_at } = key;
    const value = { status: 'joined', credential: `client@${environment}`, url: client.url };
    await print(context, args, { value: { ...value, key: { id, name, scopes, expires_at } } });
  },
});

/** It works once, so that an argument is no risk: it is used up before anybody else can read it. */
async function tokenOf(
  argument: string | undefined,
  context: Parameters<typeof readSecret>[0],
): Promise<string> {
  const example = 'keyward miner join - < token.txt';
  if (argument !== undefined && argument !== '-') return argument;
  const token = await readSecret(context, { argument, name: 'token', example });
  if (token === undefined) throw usageError('The token is missing.', { example });
  return token;
}
