import type { Audit } from '../audit/index.ts';
import type { KeysContext } from '../keys/index.ts';
import type { Nodes } from '../nodes/index.ts';
import type { Sealing } from '../sealing/index.ts';
import { defineModule, type Opening } from '../storage/index.ts';
import type { Budgets, UsageCounters } from '../usage/index.ts';
import type { JobsContext } from './context.ts';
import { JobNews } from './job-news.ts';
import { jobsMigrations } from './migrations.ts';
import { Queue } from './queue/queue.ts';
import { WorkerModels } from './remote/worker-models.ts';
import { Submitters } from './submitters.ts';
import { Submissions } from './submit.ts';
import { Sweeper } from './sweeper.ts';
import { Completions } from './workers/completions.ts';
import { Outputs } from './workers/reports.ts';

interface Given extends Opening {
  audit: Audit;
  nodes: Nodes;
  keys: KeysContext;
  sealing: Sealing;
  budgets: Budgets;
  counters: UsageCounters;
}

/** The queue of jobs, and what works on it in this process. */
export interface Jobs extends JobsContext {
  submissions: Submissions;
  completions: Completions;
  outputs: Outputs;
  sweeper: Sweeper;
}

export const jobsModule = defineModule({
  migrations: jobsMigrations,
  open: ({ config, storage, clock, logger, audit, nodes, keys, sealing, budgets, counters }: Given) => {
    const submitters = new Submitters({ keys, nodes, clock });
    const { clocks, limits } = config.jobs;
    const queue = new Queue({ storage, clock, logger, nodes, clocks, submitters });
    const context: JobsContext = {
      storage,
      clock,
      logger,
      audit,
      nodes,
      keys,
      budgets,
      counters,
      clocks,
      limits,
      queue,
      signer: sealing.signer,
      news: new JobNews(nodes),
    };
    const jobs: Jobs = {
      ...context,
      submissions: new Submissions(context),
      completions: new Completions(context, submitters),
      outputs: new Outputs(context),
      sweeper: new Sweeper(context, submitters),
    };
    return { jobs, remoteModels: new WorkerModels(jobs) };
  },
  start: async ({ jobs }) => {
    await jobs.queue.start();
    jobs.sweeper.start();
  },
  stop: async ({ jobs, remoteModels }) => {
    await remoteModels.stop();
    await jobs.sweeper.stop();
    await jobs.queue.stop();
    jobs.news.close();
    await Promise.all([jobs.submissions.idle(), jobs.completions.idle(), jobs.outputs.idle()]);
  },
});
