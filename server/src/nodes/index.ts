export { nodesMigrations } from './migrations.ts';
export { nodesModule } from './module.ts';
export type { Change } from './node-store.ts';
export { LEASE_MS, Nodes } from './nodes.ts';
export type { Acknowledgement } from './acknowledgements.ts';
export { endedError, endWith, isRunOn, Run } from './run.ts';
export { Running, type RunningPage, type RunningQuestion } from './running.ts';
export type { EndedBy, Known, Runner, RunnerView, RunView, TokensSoFar } from './run.ts';
