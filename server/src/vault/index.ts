export { Vault, type VaultOptions, type VaultState } from './vault.ts';
export { Kv, type Secret, type SecretData, type SecretMetadata } from './kv.ts';
export type { VaultLogin } from './login.ts';
export { shownPath, type SecretPath } from './secret-path.ts';
export { VaultError, type VaultFault } from './vault-error.ts';
export { unwrapOnce, WRAP_PATH, type Wrapping } from './wrapping.ts';
