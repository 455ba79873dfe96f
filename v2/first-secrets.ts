import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { StepError } from './steps.ts';

/*
 * The secrets that OpenBao itself needs, drawn before its first start: the key that unseals it, and the secret ids of its
 * three roles. All other secrets are drawn by the bootstrap and lie in OpenBao.
 */

export const ROLES = ['bootstrap', 'wrapper', 'operator'] as const;

const UNSEAL_KEY_BYTES = 32;
const SECRET_ID_BYTES = 24;

/** The role id and the secret id of a role. */
export function drawRole(state: string, role: string): void {
  drawn(join(state, 'roles', role, 'role-id'), `v2-${role}`);
  drawn(join(state, 'roles', role, 'secret-id'), randomBytes(SECRET_ID_BYTES).toString('hex'));
}

/** Draws what is missing. @throws StepError where OpenBao has data and the key to them is gone */
export function drawFirstSecrets(state: string): void {
  const key = join(state, 'openbao/unseal.key');
  if (!existsSync(key) && existsSync(join(state, 'openbao/data')))
    throw new StepError(`${key} is missing, and only it opens the data of OpenBao.`, {
      next: 'Put it back from the backup, or remove everything: make v2-down PURGE=1',
    });
  drawn(key, randomBytes(UNSEAL_KEY_BYTES));
  for (const role of ROLES) drawRole(state, role);
  mkdirSync(join(state, 'openbao/data'), { recursive: true, mode: 0o700 });
}

/** Whole or not at all: a run that is killed here leaves no half of a key. */
function drawn(path: string, content: string | Buffer): void {
  if (existsSync(path)) return;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(`${path}.new`, content, { mode: 0o600, flush: true });
  renameSync(`${path}.new`, path);
}

// As a job of compose.yaml.
if (import.meta.main) drawFirstSecrets(process.env['V2_STATE'] ?? '/v2');
