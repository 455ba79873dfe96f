import type { Context } from '../command.ts';
import { usageError } from '../exit.ts';
import { given, wholeNumber } from '../parse.ts';

const CONCURRENCY_MAX = 1_000;

/** Flags that say what a worker is. */
export const WORKER_ARGS = {
  name: {
    type: 'string',
    description: 'Name of the worker under its owner. Default: the id of the key',
  },
  models: { type: 'string', description: 'Only these models, separated by commas; * at the end of a name' },
  concurrency: { type: 'string', description: 'Jobs at a time. Default: 1' },
  region: { type: 'string', description: 'Where it stands, in words of your own, such as eu-west' },
  'price-per-hour': { type: 'string', description: 'USD of the whole worker, such as 0.40. No money moves' },
  label: { type: 'string', description: 'A label such as team=search; repeatable', valueHint: 'k=v' },
} as const;

interface WorkerArgs {
  name?: string | undefined;
  concurrency?: string | undefined;
  region?: string | undefined;
  'price-per-hour'?: string | undefined;
}

export interface WorkerChoice {
  name: string | undefined;
  concurrency: number;
  region: string | undefined;
  pricePerHour: number | undefined;
  labels: Record<string, string>;
  /** Names, or beginnings that end with `*`; none: all. */
  models: string[];
}

const NAME_FORM = /^[0-9A-Za-z][0-9A-Za-z._:@-]{0,99}$/;

/** @throws CliError */
export function workerName(name: string): string {
  if (NAME_FORM.test(name)) return name;
  throw usageError('The name of a worker must have 1 to 100 letters, digits, ".", "_", ":", "@" and "-".', {
    example: '--name gpu-1',
  });
}

/** @throws CliError naming the flag */
export function workerChoice(args: WorkerArgs, { all }: Context): WorkerChoice {
  const { name, concurrency = '1', region, 'price-per-hour': price } = args;
  if (price !== undefined && !/^\d{1,6}(\.\d{1,9})?$/.test(price))
    throw usageError('--price-per-hour must be a number of USD such as 0.40.');
  return {
    name: name === undefined ? undefined : workerName(name),
    concurrency: wholeNumber('concurrency', concurrency, { min: 1, max: CONCURRENCY_MAX }),
    region,
    pricePerHour: price === undefined ? undefined : Number(price),
    labels: Object.fromEntries(all('label').map(labelIn)),
    models: all('models')
      .flatMap((list) => list.split(',').map((model) => model.trim()))
      .filter(Boolean),
  };
}

function labelIn(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw usageError('--label must be a name and a value such as team=search.');
}

/** Those of the models that were chosen. */
export const chosen = (models: readonly string[], { models: wanted }: WorkerChoice): string[] =>
  wanted.length === 0
    ? [...models]
    : models.filter((model) =>
        wanted.some((name) => (name.endsWith('*') ? model.startsWith(name.slice(0, -1)) : model === name)),
      );

/** The body of a registration. */
export const registrationOf = (
  { concurrency, region, pricePerHour }: WorkerChoice,
  capabilities: {
    gpus: { name: string; memory_mb: number }[];
    models: string[];
    labels: Record<string, string>;
  },
) => ({ capabilities, concurrency, ...given({ region, price_per_hour: pricePerHour }) });
