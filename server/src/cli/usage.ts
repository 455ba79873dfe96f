import { unwrap, type components } from '@keyward/sdk';
import { tableOf, type Columns } from './output.ts';
import { given, pastTime } from './parse.ts';
import { request } from './request.ts';

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

export const usageQuery = ({ from, to, step, 'group-by': group_by }: UsageChoice) =>
  given({ from: pastTime('from', from), to: pastTime('to', to), step: step as 'hour' | undefined, group_by });

type UsageStep = components['schemas']['UsageStep'];

/** A column for each group that was asked for, and one for its names where it has any. */
function groupColumns(items: readonly UsageStep[]): Columns<UsageStep> {
  const columns: Columns<UsageStep> = {};
  for (const one of Object.keys(items[0]?.group ?? {})) {
    columns[one] = ({ group }) => group[one];
    if (items.some(({ names }) => names[one] !== undefined))
      columns[`${one} name`] = ({ names }) => names[one];
  }
  return columns;
}

export const usageText = ({ items }: components['schemas']['Usage']) =>
  tableOf(items, {
    start: ({ start }) => start,
    ...groupColumns(items),
    requests: ({ requests }) => requests,
    refused: ({ refusals }) =>
      Object.entries(refusals)
        .map(([code, count]) => `${code} ${count}`)
        .join(', '),
    'tokens in': ({ tokens_in }) => tokens_in,
    'tokens out': ({ tokens_out }) => tokens_out,
    usd: ({ usd }) => usd,
  });

export const usage = request({
  args: USAGE_ARGS,
  examples: ['usage', 'usage --from 30d --step day --group-by owner,model'],
  parse: usageQuery,
  send: (client, query) => unwrap(client.GET('/v1/usage', { params: { query } })),
  isList: true,
  table: usageText,
});
