import { defineModule } from '../storage/index.ts';
import type { Config } from '../config.ts';
import type { BatchesContext } from './context.ts';
import { batchesMigrations } from './migrations.ts';
import { Runner } from './running/runner.ts';

type Given = Omit<BatchesContext, 'limits'> & { config: Config };

/** Files and batches of the OpenAI API. */
export interface Batches extends BatchesContext {
  runner: Runner;
}

export const batchesModule = defineModule({
  migrations: batchesMigrations,
  open: (given: Given) => {
    const { storage, clock, logger, audit, nodes, keys, budgets, counters, models, jobs, config } = given;
    const parts = { storage, clock, logger, audit, nodes, keys, budgets, counters, models, jobs };
    const context: BatchesContext = { ...parts, limits: config.batches };
    const batches: Batches = { ...context, runner: new Runner(context) };
    return { batches };
  },
  start: ({ batches }) => batches.runner.start(),
  stop: ({ batches }) => batches.runner.stop(),
});
