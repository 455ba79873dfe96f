import { booksOf, defineModule, type Opening } from '../storage/index.ts';
import { Budgets } from './budgets.ts';
import { UsageCounters } from './counters.ts';
import { usageMigrations } from './migrations.ts';

export const usageModule = defineModule({
  migrations: usageMigrations,
  open: ({ storage, clock, logger }: Opening) => {
    // Counts of a request are kept, also where it was ended.
    const parts = { storage: booksOf(storage), clock, logger };
    const budgets = new Budgets(parts);
    budgets.start();
    return { budgets, counters: new UsageCounters(parts) };
  },
  start: ({ counters }) => counters.start(),
  stop: async ({ budgets, counters }) => {
    await counters.stop();
    await budgets.stop();
  },
});
