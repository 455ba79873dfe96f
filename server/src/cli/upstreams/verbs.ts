import { unwrap, type components, type KeywardClient } from '@keyward/sdk';
import { EXIT, usageError } from '../exit.ts';
import { say, warn } from '../io.ts';
import { fields, membersText, tableOf, tableText, type Columns, type Shown } from '../output.ts';
import { given } from '../parse.ts';
import { idOf, NAMED_ARG, type Kind } from '../things/thing-id.ts';
import { pagedList, request, type FetchPage } from '../request.ts';
import { forEach } from '../things/several.ts';
import { SETTING_ARGS, settingsOf } from './settings.ts';

type Upstream = components['schemas']['Upstream'];

const COLUMNS: Columns<Upstream> = {
  ...fields('id', 'name'),
  'base url': ({ base_url }) => base_url,
  models: ({ models }) =>
    models.length === 0
      ? 'as it lists'
      : models.map((model) => (typeof model === 'string' ? model : model.name)).join(' '),
  key: ({ api_key_hint }) => api_key_hint,
  weight: ({ weight }) => weight,
  enabled: ({ enabled }) => (enabled ? 'yes' : 'no'),
  health: ({ health }) => healthIn(health),
};

function healthIn({ state, retry_in_seconds, last_test }: Upstream['health']): string {
  const circuit = state === 'open' ? `open, retried in ${retry_in_seconds} s` : state;
  return last_test === null ? circuit : `${circuit}; test ${last_test.ok ? 'ok' : 'FAILED'}`;
}

const pageOf =
  (client: KeywardClient): FetchPage<Upstream> =>
  (query) =>
    unwrap(client.GET('/v1/upstreams', { params: { query } }));

const UPSTREAM: Kind<Upstream> = { noun: 'upstream', prefix: 'up', pages: pageOf };

const pathOf = async (client: KeywardClient, named: string) => ({
  params: { path: { id: await idOf(client, named, UPSTREAM) } },
});

/** They are said on stderr. */
function withoutWarnings(upstream: Upstream): Shown {
  const { warnings: _, ...rest } = upstream;
  return membersText(rest);
}

export const add = request({
  args: {
    name: {
      type: 'positional',
      description: 'Name of the upstream; requests can name its models as name/model',
      required: true,
    },
    'base-url': {
      type: 'positional',
      description: 'URL with the prefix of the API, such as https://api.openai.com/v1',
      required: true,
    },
    ...SETTING_ARGS,
    disable: { type: 'boolean', description: 'Add it without sending it requests yet' },
  },
  examples: [
    'upstreams add ollama http://127.0.0.1:11434/v1',
    'upstreams add openai https://api.openai.com/v1 --api-key-stdin < key.txt',
    `upstreams add azure https://azure.example/v1 --prices '{"gpt-*": {"input_usd_per_million_tokens": "2.50", "output_usd_per_million_tokens": "10"}}'`,
    'upstreams add vllm http://gpu-1:8000/v1 --model chat=meta-llama/Llama-3.1-8B-Instruct --timeout 5m',
  ],
  parse: async (args, context) => ({
    name: args.name,
    base_url: args['base-url'],
    ...(args.disable === true ? { enabled: false } : {}),
    ...(await settingsOf(args, context)),
  }),
  send: (client, body) => unwrap(client.POST('/v1/upstreams', { body })),
  table: withoutWarnings,
  after: ({ id, warnings }, { io }) => {
    warn(io, warnings);
    say(io, `Try it: keyward upstreams test ${id}`);
  },
});

export const list = pagedList({
  args: {},
  examples: ['upstreams list'],
  columns: COLUMNS,
  open: pageOf,
});

export const get = request({
  args: { id: NAMED_ARG },
  examples: ['upstreams get openai'],
  send: async (client, { id }) => unwrap(client.GET('/v1/upstreams/{id}', await pathOf(client, id))),
});

export const update = request({
  args: {
    id: NAMED_ARG,
    name: { type: 'string', description: 'A new name' },
    'base-url': { type: 'string', description: 'A new address' },
    ...SETTING_ARGS,
    'all-models': {
      type: 'boolean',
      description: 'Offer all models that it lists, whatever was named before',
    },
    'clear-api-key': { type: 'boolean', description: 'Remove its credential' },
    enable: { type: 'boolean', description: 'Enable the upstream' },
    disable: { type: 'boolean', description: 'Disable the upstream' },
  },
  examples: [
    'upstreams update openai --weight 3',
    'upstreams update up_2bVxYzAbCd78 --api-key-stdin < new-key.txt',
    'upstreams update up_2bVxYzAbCd78 --disable',
  ],
  notes: 'Replaces each named field as a whole; all others stay.',
  parse: async (args, context) => {
    const { id, name, 'base-url': base_url, enable = false, disable = false, 'all-models': isAll } = args;
    if (enable && disable) throw usageError('Give either --enable or --disable.');
    if (isAll === true && context.all('model').length > 0)
      throw usageError('Give either --all-models or --model.');
    const body = {
      ...(isAll === true ? { models: [] } : {}),
      ...given({ name, base_url, enabled: enable || disable ? enable : undefined }),
      ...(args['clear-api-key'] === true ? { api_key: null } : {}),
      ...(await settingsOf(args, context)),
    };
    if (Object.keys(body).length === 0)
      throw usageError('No change was given.', { hint: '--help lists the fields.' });
    return { id, body };
  },
  send: async (client, { id, body }) =>
    unwrap(client.PATCH('/v1/upstreams/{id}', { ...(await pathOf(client, id)), body })),
  table: withoutWarnings,
  after: ({ warnings }, { io }) => warn(io, warnings),
});

export const test = request({
  args: { id: NAMED_ARG },
  examples: ['upstreams test openai'],
  notes: 'Exit code 0: every step succeeded. 1: a step failed.',
  send: async (client, { id }) => unwrap(client.POST('/v1/upstreams/{id}/test', await pathOf(client, id))),
  table: ({ steps }) =>
    // Uncut: the detail of a failure is to be read as a whole.
    tableText(
      tableOf(steps, {
        step: ({ step }) => step,
        ok: ({ ok }) => (ok ? 'ok' : 'FAILED'),
        ms: ({ took_ms }) => took_ms,
        detail: ({ detail }) => detail,
      }),
    ),
  after: ({ ok }) => (ok ? EXIT.ok : EXIT.failure),
});

export const remove = forEach({
  args: { id: NAMED_ARG },
  examples: ['upstreams remove openai', 'upstreams remove ollama vllm --yes'],
  notes: 'Requests to its models fail then, unless another upstream has them.',
  done: 'removed',
  asks: (upstreams) => `Remove ${upstreams}, with all credentials and prices?`,
  one: async (client, named) => {
    const { params } = await pathOf(client, named);
    await unwrap(client.DELETE('/v1/upstreams/{id}', { params }));
    return { id: params.path.id, removed: true };
  },
});
