export { nodesMigrations } from './migrations.ts';
export type { Change } from './node-store.ts';
export { LEASE_MS, Nodes } from './nodes.ts';
export type { Acknowledgement } from './nodes.ts';
