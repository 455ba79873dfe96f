import type { JobsContext } from '../context.ts';
import type { Spec } from '../spec.ts';
import { queueCounts } from './admin-store.ts';

/** Counts of one lane go no further. */
const LANE_MAX = 10_000;
/** Models with an entry of their own; the jobs for the others are counted together. */
const MODELS_MAX = 50;
const OTHER_MODELS = 'other';

interface QueueTotals {
  models: { model: string; queued: number; oldestSeconds: number }[];
  running: number;
  workersOnline: number;
}

type Context = Pick<JobsContext, 'storage' | 'clock' | 'logger'>;

/** For metrics. @returns undefined where the database does not answer */
export const queueTotals = (context: Context): Promise<QueueTotals | undefined> =>
  readTotals(context).catch((error: unknown) => {
    context.logger.warn({ err: error }, 'the queue could not be counted');
    return undefined;
  });

/** Waiting jobs by the models that they accept. `any`: they name none. */
async function readTotals({ storage, clock }: Context): Promise<QueueTotals> {
  const nowMs = clock.nowMs();
  const counts = await queueCounts(storage.db, { nowMs, max: LANE_MAX });
  const byModel = new Map<string, { queued: number; since: number }>();
  const add = (model: string, queued: number, since: number): void => {
    const known = byModel.get(model) ?? { queued: 0, since: Infinity };
    byModel.set(model, { queued: known.queued + queued, since: Math.min(known.since, since) });
  };
  for (const { kind, spec, count, since } of counts)
    if (kind === 'lane') add(modelsOf(JSON.parse(spec ?? '{}') as Partial<Spec>), count, since ?? nowMs);
  const most = [...byModel].toSorted(([, a], [, b]) => b.queued - a.queued);
  for (const [model, { queued, since }] of most.slice(MODELS_MAX)) {
    byModel.delete(model);
    add(OTHER_MODELS, queued, since);
  }
  const countOf = (wanted: string): number => counts.find(({ kind }) => kind === wanted)?.count ?? 0;
  return {
    models: [...byModel].map(([model, { queued, since }]) => ({
      model,
      queued,
      oldestSeconds: Math.max(0, nowMs - since) / 1_000,
    })),
    running: countOf('running'),
    workersOnline: countOf('workers'),
  };
}

const modelsOf = ({ models = [] }: Partial<Spec>): string =>
  models.length === 0 ? 'any' : models.join(',').slice(0, 200);
