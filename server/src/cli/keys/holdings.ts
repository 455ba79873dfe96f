import type { components } from '@keyward/sdk';
import { isObject } from '../../base/is-object.ts';
import type { Context } from '../command.ts';
import { usageError } from '../exit.ts';
import { durationSeconds, given, jsonValue, secondsIn } from '../parse.ts';

type MintRequest = components['schemas']['MintRequest'];
type Limit = NonNullable<MintRequest['limits']>[number];
type Budget = NonNullable<MintRequest['budgets']>[number] & { amount: string };
export type Holdings = Omit<MintRequest, 'name' | 'owner' | 'parent' | 'budgets'> & { budgets?: Budget[] };

export const ROLES: string[] = ['client', 'miner', 'admin'];

/** Flags for the limits and budgets of a key or an owner. */
export const BOUND_ARGS = {
  limit: {
    type: 'string',
    description:
      '60/minute, 1000/1d, 4/concurrent; jobs: 4/running, 100/queued; with a name: burst=4/concurrent; repeatable',
  },
  budget: { type: 'string', description: '10usd/month, with a name: "daily=100000 tokens/day"; repeatable' },
} as const;

/** Flags for the permissions of a key, its expiry and its labels. */
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
  'workers-of': {
    type: 'string',
    description: 'An owner (id or name) whose workers may have the jobs of the key; repeatable',
  },
  'deny-workers-of': {
    type: 'string',
    description: 'An owner (id or name) whose workers may not have them; repeatable',
  },
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
  'expires-at'?: string | undefined;
  metadata?: string | undefined;
}

/** The flags of HOLDING_ARGS, in the words of the API. */
export function holdingsOf(args: Given, context: Pick<Context, 'all'>): Holdings {
  const { all } = context;
  const { role, metadata, 'expires-in': duration, 'expires-at': expires_at } = args;
  const selectors = given({
    models: names(all('model'), all('deny-model')),
    workspaces: names(all('workspace'), all('deny-workspace')),
    workers: ownersOf(all('workers-of'), all('deny-workers-of')),
    ips: list(all('ip')),
  });
  return {
    ...given({
      role: role as Holdings['role'],
      scopes: list(all('scope') as NonNullable<Holdings['scopes']>),
      selectors: Object.keys(selectors).length === 0 ? undefined : selectors,
      expires_in_seconds: duration === undefined ? undefined : durationSeconds('expires-in', duration),
      expires_at,
      metadata: metadata === undefined ? undefined : metadataOf(metadata),
      tags: list(all('tag')),
    }),
    ...boundsOf(context),
  };
}

/** The flags of BOUND_ARGS, in the words of the API. */
export const boundsOf = ({ all }: Pick<Context, 'all'>): Pick<Holdings, 'limits' | 'budgets'> =>
  given({ limits: list(all('limit').map(limitOf)), budgets: list(all('budget').map(budgetOf)) });

const list = <T>(items: T[]): T[] | undefined => (items.length === 0 ? undefined : items);

const ownersOf = (owners: string[], deny: string[]) =>
  owners.length + deny.length === 0 ? undefined : { owners, deny };

const names = (allow: string[], deny: string[]) =>
  allow.length + deny.length === 0 ? undefined : { allow, deny };

/** @param empty the fields that may be cleared, with their empty values. @throws CliError for another name */
export function cleared<T extends object>(fields: string[], empty: T): Partial<T> {
  const unknown = fields.find((field) => !Object.hasOwn(empty, field));
  if (unknown !== undefined) throw usageError(`--clear must be one of ${Object.keys(empty).join(', ')}.`);
  return Object.fromEntries(Object.entries(empty).filter(([field]) => fields.includes(field))) as Partial<T>;
}

export const LAST_ADMIN_ARG = {
  type: 'boolean',
  description:
    'Confirm that nobody can administer this instance afterwards. Only the last admin key itself can do this',
} as const;

export const lastAdminOf = (flag: boolean | undefined): { last_admin?: true } =>
  flag === true ? { last_admin: true } : {};

function limitOf(text: string): Limit {
  const [, name, count = '', per = ''] = /^(?:([^=]+)=)?\s*(\d+)\s*\/\s*(\w+)$/.exec(text) ?? [];
  const refusal = (what: string) =>
    usageError(`--limit must be ${what}.`, {
      example: '--limit 60/minute, --limit burst=4/concurrent, --limit 4/running',
    });
  if (count === '')
    throw refusal('a number, a slash, and a duration, concurrent, or for jobs running or queued');
  if (per === 'running') return { name: name ?? 'running', max_running: Number(count) };
  if (per === 'queued') return { name: name ?? 'queued', max_queued: Number(count) };
  if (per === 'concurrent') return { name: name ?? 'concurrent', concurrent: Number(count) };
  const seconds = secondsIn(per);
  if (seconds === undefined)
    throw refusal('a number, a slash, and after it a duration such as minute, 1h or 1d');
  return { name: name ?? `per_${per}`, requests: Number(count), window_seconds: seconds };
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
  const example = '{"team":"search"}';
  const value = jsonValue('metadata', text, example);
  if (isObject(value)) return value;
  throw usageError('--metadata must be a JSON object.', { example: `--metadata '${example}'` });
}
