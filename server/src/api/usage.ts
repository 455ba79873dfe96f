import { Type } from 'typebox';
import { holdsScope, isBound, type Caller } from '../access/index.ts';
import { invalidField } from '../base/errors.ts';
import { mapInTurns } from '../base/slices.ts';
import { getKey, namesOf } from '../keys/index.ts';
import { report, REPORT_GROUPS, REPORT_STEPS, type ReportGroup, type ReportRow } from '../usage/index.ts';
import type { Storage } from '../storage/index.ts';
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
        description: `Comma-separated list of ${REPORT_GROUPS.join(', ')}; worker is the id of the worker that did a job`,
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
          names: Type.Record(Type.String(), Type.String(), {
            description:
              'The names of the key and the owner of the group, for a caller with keys:read; a group without a name is left out',
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
  { caller, query: asked }: { caller: Caller; query: Asked },
  only: { keyId?: string; ownerId?: string },
): Promise<{ status: number; body: unknown }> {
  const nowMs = clock.nowMs();
  const to = asked.to === undefined ? nowMs : Date.parse(asked.to);
  const from = asked.from === undefined ? to - DAY_MS : Date.parse(asked.from);
  const groupBy = groupsOf(asked.group_by);
  const rows = await report(storage, { from, to, step: asked.step ?? 'hour', groupBy, ...only });
  const names = holdsScope(caller, 'keys:read') ? await namesIn(storage, rows) : {};
  const named = ({ group }: ReportRow) =>
    Object.fromEntries(
      NAMED.flatMap((one): [string, string][] => {
        const name = names[one]?.get(group[one] ?? '');
        return name === undefined ? [] : [[one, name]];
      }),
    );
  const items = await mapInTurns(rows, (row) => ({ ...row, names: named(row) }));
  return { status: 200, body: { items } };
}

/** The groups that are things with an id and a name. */
const NAMED = ['key', 'owner'] as const;

type Names = Partial<Record<(typeof NAMED)[number], Map<string, string>>>;

async function namesIn({ db }: Storage, rows: readonly ReportRow[]): Promise<Names> {
  const idsOf = (group: ReportGroup): string[] => [...new Set(rows.map((row) => row.group[group] ?? ''))];
  return { key: await namesOf(db, 'keys', idsOf('key')), owner: await namesOf(db, 'owners', idsOf('owner')) };
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
  return holdsScope(caller, 'owners:manage') ? {} : { ownerId: caller.ownerId };
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
    handler: (services, request) => answer(services, request, usedBy(request.caller)),
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
    handler: async (services, { actor, params: { id }, ...request }) => {
      await getKey(services.keys, actor, id);
      return answer(services, request, { keyId: id });
    },
  }),
];
