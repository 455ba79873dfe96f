import type { components } from '@keyward/sdk';
import type { Context } from './command.ts';
import { print, tableText, type OutputChoice } from './output.ts';
import { given } from './page.ts';
import { pastTime } from './parse.ts';

type Usage = components['schemas']['Usage'];

const STEPS: string[] = ['hour', 'day', 'month', 'total'];

/** Flags of both usage commands. */
export const USAGE_ARGS = {
  from: { type: 'string', description: 'Start: a time, or an age such as 7d. Default: 24 hours ago' },
  to: { type: 'string', description: 'End: a time, or an age. Default: now' },
  step: { type: 'enum', options: STEPS, description: 'Length of a step. Default: hour' },
  'group-by': { type: 'string', description: 'Comma-separated list of key, owner, model, worker' },
} as const;

interface UsageChoice {
  from?: string | undefined;
  to?: string | undefined;
  step?: string | undefined;
  'group-by'?: string | undefined;
}

export function usageQuery(args: UsageChoice) {
  return given({
    from: args.from === undefined ? undefined : pastTime('from', args.from),
    to: args.to === undefined ? undefined : pastTime('to', args.to),
    step: args.step as 'hour' | undefined,
    group_by: args['group-by'],
  });
}

export function printUsage(context: Context, choice: OutputChoice, value: Usage): Promise<void> {
  const table = (): string =>
    tableText(value.items, {
      start: ({ start }) => start,
      group: ({ group }) => Object.values(group).join(' '),
      requests: ({ requests }) => requests,
      refused: ({ refusals }) =>
        Object.entries(refusals)
          .map(([code, count]) => `${code} ${count}`)
          .join(', '),
      'tokens in': ({ tokens_in }) => tokens_in,
      'tokens out': ({ tokens_out }) => tokens_out,
      usd: ({ usd }) => usd,
    });
  return print(context, choice, { value, table });
}
