import type { Audit } from '../audit/index.ts';
import type { KeysContext } from '../keys/index.ts';
import type { Nodes } from '../nodes/index.ts';
import type { Sealing } from '../sealing/index.ts';
import { defineModule, type Opening } from '../storage/index.ts';
import type { Budgets, UsageCounters } from '../usage/index.ts';
import { Charges } from './charges.ts';
import type { JobsContext } from './context.ts';
import { enrolmentMigrations } from './enrolment/migrations.ts';
import { QueueHistory } from './history/history.ts';
import { JobNews } from './job-news.ts';
import { KnownWorkers } from './known-workers.ts';
import { Ceilings } from './limits/ceilings.ts';
import { marketplaceMigrations } from './marketplace/migrations.ts';
import { jobsMigrations } from './migrations.ts';
import { Pace } from './pace.ts';
import { Presence } from './presence/presence.ts';
import { Queue } from './queue/queue.ts';
import { WorkerModels } from './remote/worker-models.ts';
import { WorkerRows } from './store/worker-rows.ts';
import { Submitters } from './submitters.ts';
import { Submissions } from './submit.ts';
import { Sweeper } from './sweeper.ts';
import { Completions } from './workers/completions.ts';
import { WaitingWork } from './webhooks/waiting-work.ts';
import { Webhooks } from './webhooks/webhooks.ts';
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
  charges: Charges;
  submitters: Submitters;
  submissions: Submissions;
  completions: Completions;
  outputs: Outputs;
  presence: Presence;
  history: QueueHistory;
  sweeper: Sweeper;
  webhooks: Webhooks;
  waitingWork: WaitingWork;
}

export const jobsModule = defineModule({
  migrations: [...jobsMigrations, ...marketplaceMigrations, ...enrolmentMigrations],
  open: ({ config, storage, clock, logger, audit, nodes, keys, sealing, budgets, counters }: Given) => {
    const submitters = new Submitters({ keys, nodes, clock });
    const { clocks, limits } = config.jobs;
    const workers = new KnownWorkers({ storage, clock, nodes, submitters });
    const workerRows = new WorkerRows();
    const ceilings = new Ceilings({ budgets, clock });
    const queue = new Queue({
      storage,
      clock,
      logger,
      nodes,
      clocks,
      submitters,
      ceilings,
      workers,
      workerRows,
    });
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
      ceilings,
      workers,
      workerRows,
      workerIds: new Map(),
      submitters,
      webhookPrivate: config.webhookPrivate,
      signer: sealing.signer,
      news: new JobNews(nodes),
      pace: new Pace(),
    };
    const charges = new Charges({ budgets, counters });
    const presence = new Presence(context);
    const webhooks = new Webhooks(context, sealing);
    const jobs: Jobs = {
      ...context,
      charges,
      submitters,
      submissions: new Submissions(context),
      completions: new Completions(context, submitters, charges),
      outputs: new Outputs(context),
      presence,
      history: new QueueHistory(context),
      sweeper: new Sweeper({ ...context, charges }, presence),
      webhooks,
      waitingWork: new WaitingWork(context, webhooks, config.queueWebhook),
    };
    return { jobs, remoteModels: new WorkerModels(jobs) };
  },
  start: async ({ jobs }) => {
    await jobs.presence.start();
    await jobs.queue.start();
    jobs.sweeper.start();
    jobs.history.start();
    jobs.webhooks.start();
    jobs.waitingWork.start();
  },
  stop: async ({ jobs, remoteModels }) => {
    await remoteModels.stop();
    await Promise.all([jobs.sweeper.stop(), jobs.waitingWork.stop(), jobs.history.stop()]);
    await jobs.webhooks.stop();
    await jobs.queue.stop();
    await jobs.presence.stop();
    jobs.news.close();
    await Promise.all([jobs.submissions.idle(), jobs.completions.idle(), jobs.outputs.idle()]);
    await jobs.signer.stop();
  },
});
