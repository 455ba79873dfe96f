import type { components } from '@keyward/sdk';
import type { Context } from '../command.ts';
import { usageError } from '../exit.ts';
import { isTerminal, say } from '../io.ts';
import { durationSeconds, given, jsonValue, wholeNumber } from '../parse.ts';
import { readSecret } from '../secret.ts';

type Settings = Omit<components['schemas']['UpstreamChange'], 'name' | 'base_url'>;

const UNPRICED: NonNullable<Settings['unpriced']>[] = ['refuse', 'allow'];

/** Flags that add and update share. */
export const SETTING_ARGS = {
  'api-key-stdin': { type: 'boolean', description: 'Read the credential of the upstream from stdin' },
  'ask-api-key': { type: 'boolean', description: 'Ask for the credential, without echo' },
  model: {
    type: 'string',
    description:
      'A model: name, name=upstream-name, or JSON with max_output_tokens; repeatable. Default: all models that it lists',
  },
  header: { type: 'string', description: 'Header to send with every request, as "Name: value"; repeatable' },
  timeout: { type: 'string', description: 'Timeout of an answer, such as 90s. Default: 10m' },
  weight: { type: 'string', description: 'Its share of requests, 0 to 1000. Default: 1' },
  prices: { type: 'string', description: 'JSON object: model or pattern → price. Replaces all prices' },
  unpriced: {
    type: 'enum',
    options: UNPRICED,
    description:
      'allow: keys with a budget in usd may use models without a price, at a cost of 0. Default: refuse',
  },
} as const;

interface Given {
  'api-key-stdin'?: boolean | undefined;
  'ask-api-key'?: boolean | undefined;
  'key-stdin'?: boolean | undefined;
  timeout?: string | undefined;
  weight?: string | undefined;
  prices?: string | undefined;
  unpriced?: Settings['unpriced'] | undefined;
}

/** The flags of SETTING_ARGS, in the words of the API. */
export async function settingsOf(args: Given, context: Context): Promise<Settings> {
  const { all } = context;
  const headers = all('header').map(headerOf);
  if (headers.some(([name]) => /auth|key|token|cookie|secret/i.test(name)))
    say(
      context.io,
      'Warning: a header that may contain a credential was given as an argument. Shells keep a history.',
    );
  const models = all('model').map(modelOf);
  return given({
    api_key: await credentialOf(args, context),
    models: models.length === 0 ? undefined : models,
    headers: headers.length === 0 ? undefined : Object.fromEntries(headers),
    timeout_seconds: args.timeout === undefined ? undefined : durationSeconds('timeout', args.timeout),
    weight: args.weight === undefined ? undefined : wholeNumber('weight', args.weight, { max: 1000 }),
    prices:
      args.prices === undefined
        ? undefined
        : (jsonValue('prices', args.prices, PRICES) as NonNullable<Settings['prices']>),
    unpriced: args.unpriced,
  });
}

async function credentialOf(args: Given, context: Context): Promise<string | undefined> {
  const example = 'keyward upstreams add openai https://api.openai.com/v1 --api-key-stdin < key.txt';
  if (args['api-key-stdin'] === true && args['key-stdin'] === true)
    throw usageError('stdin cannot contain both keys: log in first.', { example: 'keyward auth login' });
  if (args['ask-api-key'] === true && !isTerminal(context.io.stdin))
    throw usageError('--ask-api-key needs a terminal.', { example });
  if (args['api-key-stdin'] !== true && args['ask-api-key'] !== true) return undefined;
  return readSecret(context, { fromStdin: args['api-key-stdin'], name: 'key of the upstream', example });
}

const PRICES = '{"gpt-*": {"input_usd_per_million_tokens": "2.50", "output_usd_per_million_tokens": "10"}}';
const MODEL = '{"name": "gpt-4o", "max_output_tokens": 16384}';

function modelOf(text: string): NonNullable<Settings['models']>[number] {
  if (text.startsWith('{')) return jsonValue('model', text, MODEL) as NonNullable<Settings['models']>[number];
  const [name = '', ...rest] = text.split('=');
  return rest.length === 0 ? text : { name, upstream_name: rest.join('=') };
}

function headerOf(text: string): [string, string] {
  const colon = text.indexOf(':');
  // The text may be a credential: the error does not repeat it.
  if (colon < 1)
    throw usageError('--header must be a name, a colon and a value.', {
      example: '--header "X-Org: search"',
    });
  return [text.slice(0, colon).trim(), text.slice(colon + 1).trim()];
}
