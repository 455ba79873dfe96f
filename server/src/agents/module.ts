import { defineModule } from '../storage/index.ts';
import type { AgentsContext } from './context.ts';
import type { RunningContext } from './executions/executions.ts';
import { Runner } from './executions/runner.ts';
import { agentsMigrations } from './migrations.ts';
import { endMemberships } from './swarms/members.ts';

/** Workflows with their executions, and swarms. */
export type Agents = RunningContext;

export const agentsModule = defineModule({
  migrations: agentsMigrations,
  open: (given: AgentsContext) => {
    const { storage, clock, logger, audit, keys, budgets, counters, jobs, retrieval, workspaces } = given;
    const context = { storage, clock, logger, audit, keys, budgets, counters, jobs, retrieval, workspaces };
    const agents: Agents = { ...context, runner: new Runner(context) };
    jobs.nodes.onTakenAway(() => endMemberships(context));
    return { agents };
  },
  start: ({ agents }) => agents.runner.start(),
  stop: ({ agents }) => agents.runner.stop(),
});
