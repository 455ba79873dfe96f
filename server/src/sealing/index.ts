export { checkMasterKey } from './master-key-check.ts';
export type { MasterKeyCheck } from './master-key-check.ts';
export { loadMasterKey } from './master-key.ts';
export type { MasterKey, MasterKeySource } from './master-key.ts';
export { sealingMigrations } from './migrations.ts';
export { Sealing } from './sealing.ts';
export type { SealingOptions, SecretDigest, Signer } from './sealing.ts';
