import { Type } from 'typebox';
import { isBound, type Caller } from '../access/index.ts';
import { invalidField } from '../base/errors.ts';
import { getKey } from '../keys/index.ts';
import { report, REPORT_GROUPS, REPORT_STEPS, type ReportGroup } from '../usage/index.ts';
import type { Route, Services } from './services.ts';
import { route } from './surface.ts';
import * as s from './schemas.ts';

const DAY_MS = 86_400_000;

const query = Type.Object(
  {
    from: Type.Optional(
      Type.String({
        ...s.Time,
        description: 'Start of the report, rounded down to the hour. Default: 24 hours ago',
      }),
    ),
    to: Type.Optional(
      Type.String({ ...s.Time, description: 'End of the report, its hour included. Default: now' }),
    ),
    step: Type.Optional(s.oneOf(REPORT_STEPS, { description: 'Length of a step. Default: hour' })),
    group_by: Type.Optional(
      Type.String({
        maxLength: 60,
        description: `Comma-separated list of ${REPORT_GROUPS.join(', ')}; worker is reserved and always empty`,
      }),
    ),
  },
  s.closed,
);

const Series = Type.Object(
  {
    items: Type.Array(
      Type.Object(
        {
          start: s.Time,
          end: s.Time,
          group: Type.Record(Type.String(), Type.String(), {
            description:
              'Ids and names; empty if the use had none. For visitors of a chat widget the key is `widget:` and its UUID',
          }),
          requests: Type.Integer(),
          refusals: Type.Record(Type.String(), Type.Integer()),
          tokens_in: Type.Integer(),
          tokens_out: Type.Integer(),
          usd: Type.String(),
          gpu_seconds: Type.String({ description: 'Of the workers that did its jobs' }),
          estimated_requests: Type.Integer(),
        },
        { title: 'UsageStep' },
      ),
    ),
  },
  { title: 'Usage' },
);

interface Asked {
  from?: string | undefined;
  to?: string | undefined;
  step?: (typeof REPORT_STEPS)[number] | undefined;
  group_by?: string | undefined;
}

async function answer(
  { storage, clock }: Services,
  asked: Asked,
  only: { keyId?: string; ownerId?: string },
): Promise<{ status: number; body: unknown }> {
  const nowMs = clock.nowMs();
  const to = asked.to === undefined ? nowMs : Date.parse(asked.to);
  const from = asked.from === undefined ? to - DAY_MS : Date.parse(asked.from);
  const groupBy = groupsOf(asked.group_by);
  return {
    status: 200,
    body: { items: await report(storage, { from, to, step: asked.step ?? 'hour', groupBy, ...only }) },
  };
}

function groupsOf(text: string | undefined): ReportGroup[] {
  return (text ?? '')
    .split(',')
    .filter((word) => word !== '')
    .map((word) => {
      const group = REPORT_GROUPS.find((name) => name === word);
      if (group === undefined) throw invalidField('query.group_by', `takes ${REPORT_GROUPS.join(', ')}`);
      return group;
    });
}

/** A key that is bound to workspaces must not see usage outside of them. */
function usedBy(caller: Caller): { keyId?: string; ownerId?: string } {
  if (isBound(caller)) return { keyId: caller.keyId };
  return caller.scopes.has('owners:manage') ? {} : { ownerId: caller.ownerId };
}

export const usageRoutes: Route[] = [
  route({
    method: 'GET',
    path: '/v1/usage',
    id: 'usage.report',
    summary: 'Usage by key, owner, model and time',
    description:
      "Without owners:manage, the report covers the keys of the caller's owner. For a key that is bound to workspaces it covers that key alone. Times are UTC. Steps without use are left out.",
    access: 'usage:read',
    query,
    responses: { 200: Series },
    handler: (services, { caller, query: asked }) => answer(services, asked, usedBy(caller)),
  }),
  route({
    method: 'GET',
    path: '/v1/keys/:id/usage',
    id: 'keys.usage',
    summary: 'Usage of one key',
    access: 'usage:read',
    params: s.idParam('key'),
    query,
    responses: { 200: Series },
    errors: ['not_found'],
    handler: async (services, { actor, params: { id }, query: asked }) => {
      await getKey(services.keys, actor, id);
      return answer(services, asked, { keyId: id });
    },
  }),
];
