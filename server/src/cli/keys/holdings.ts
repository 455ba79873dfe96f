import type { components } from '@keyward/sdk';
import { isObject } from '../../base/is-object.ts';
import type { Context } from '../command.ts';
import { usageError } from '../exit.ts';
import { durationSeconds, jsonValue } from '../parse.ts';

type MintRequest = components['schemas']['MintRequest'];
export type Holdings = Omit<MintRequest, 'name' | 'owner' | 'parent' | 'expires_at'>;
type Limit = NonNullable<Holdings['limits']>[number];
type Budget = NonNullable<Holdings['budgets']>[number];

export const ROLES: string[] = ['client', 'miner', 'admin'];

/** Flags that say how much a key, or all keys of an owner together, may take. */
export const BOUND_ARGS = {
  limit: {
    type: 'string',
    description: '60/minute, 1000/1d, 4/concurrent, with a name: burst=4/concurrent; repeatable',
  },
  budget: { type: 'string', description: '10usd/month, with a name: "daily=100000 tokens/day"; repeatable' },
} as const;

/** Flags that say what a key may do; shared by create and update. */
export const HOLDING_ARGS = {
  role: { type: 'enum', options: ROLES, description: 'A preset of scopes' },
  scope: { type: 'string', description: 'A scope such as models:use, keys:* or *; repeatable' },
  'expires-in': { type: 'string', description: 'A duration such as 12h or 90d' },
  'expires-at': { type: 'string', description: 'A time such as 2030-01-31T00:00:00Z' },
  model: {
    type: 'string',
    description: 'A model that the key may use, such as gpt-4o, gpt-* or openai/*; repeatable',
  },
  'deny-model': { type: 'string', description: 'A model that the key may not use; repeatable' },
  workspace: { type: 'string', description: 'A workspace that the key may use; repeatable' },
  'deny-workspace': { type: 'string', description: 'A workspace that the key may not use; repeatable' },
  ip: {
    type: 'string',
    description: 'An address or CIDR range from which the key works, such as 10.0.0.0/8; repeatable',
  },
  ...BOUND_ARGS,
  tag: { type: 'string', description: 'A tag; repeatable' },
  metadata: { type: 'string', description: 'Any JSON object' },
} as const;

interface Given {
  role?: string | undefined;
  'expires-in'?: string | undefined;
  metadata?: string | undefined;
}

/** What the flags say, in the words of the API; what was not said is left out. */
export function holdingsOf(args: Given, { all }: Pick<Context, 'all'>): Holdings {
  const selectors = {
    ...names('models', all('model'), all('deny-model')),
    ...names('workspaces', all('workspace'), all('deny-workspace')),
    ...list('ips', all('ip')),
  };
  return {
    ...(args.role === undefined ? {} : { role: args.role as 'client' | 'miner' | 'admin' }),
    ...list('scopes', all('scope') as NonNullable<Holdings['scopes']>),
    ...(Object.keys(selectors).length === 0 ? {} : { selectors }),
    ...boundsOf({ all }),
    ...(args['expires-in'] === undefined
      ? {}
      : { expires_in_seconds: durationSeconds('expires-in', args['expires-in']) }),
    ...(args.metadata === undefined ? {} : { metadata: metadataOf(args.metadata) }),
    ...list('tags', all('tag')),
  };
}

/** What the flags of BOUND_ARGS say. */
export const boundsOf = ({ all }: Pick<Context, 'all'>): Pick<Holdings, 'limits' | 'budgets'> => ({
  ...list('limits', all('limit').map(limitOf)),
  ...list('budgets', all('budget').map(budgetOf)),
});

function list<const N extends string, T>(name: N, items: T[]): { [K in N]?: T[] } {
  return (items.length === 0 ? {} : { [name]: items }) as { [K in N]?: T[] };
}

function names(
  kind: 'models' | 'workspaces',
  allow: string[],
  deny: string[],
): Holdings['selectors'] & object {
  return allow.length + deny.length === 0 ? {} : { [kind]: { allow, deny } };
}

function limitOf(text: string): Limit {
  const [, name, count = '', per = ''] = /^(?:([^=]+)=)?\s*(\d+)\s*\/\s*(\w+)$/.exec(text) ?? [];
  if (count === '') {
    throw usageError('--limit must be a number of requests and a time.', {
      example: '--limit 60/minute, --limit burst=4/concurrent',
    });
  }
  if (per === 'concurrent') return { name: name ?? 'concurrent', concurrent: Number(count) };
  return {
    name: name ?? `per_${per}`,
    requests: Number(count),
    window_seconds: durationSeconds('limit', per),
  };
}

const UNITS = ['requests', 'tokens', 'usd', 'gpu_seconds'] as const;
const PERIODS = ['hour', 'day', 'week', 'month', 'total'] as const;

function budgetOf(text: string): Budget {
  const parts = /^(?:([^=]+)=)?\s*([\d.]+)\s*([a-z_]+)\s*\/\s*([a-z]+)$/.exec(text) ?? [];
  const [, name, amount, unitText, periodText] = parts;
  const unit = UNITS.find((word) => word === unitText);
  const period = PERIODS.find((word) => word === periodText);
  if (amount !== undefined && unit !== undefined && period !== undefined)
    return { name: name ?? `${unit}_${period}`, unit, amount, period };
  throw usageError(
    `--budget must be an amount, one of ${UNITS.join(', ')}, and one of ${PERIODS.join(', ')}.`,
    {
      example: '--budget 10usd/month, --budget "daily=100000 tokens/day"',
    },
  );
}

function metadataOf(text: string): Record<string, unknown> {
  const value = jsonValue('metadata', text);
  if (isObject(value)) return value;
  throw usageError('--metadata must be a JSON object.', { example: `--metadata '{"team":"search"}'` });
}
