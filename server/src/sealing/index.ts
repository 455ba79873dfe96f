export { checkMasterKey, hasKnownMasterKey, type MasterKeyCheck } from './master-key-check.ts';
export {
  findMasterKey,
  loadMasterKey,
  makeMasterKey,
  type MasterKey,
  type MasterKeySource,
} from './master-key.ts';
export { sealingMigrations } from './migrations.ts';
export { Sealing, type SealingOptions, type SecretDigest } from './sealing.ts';
