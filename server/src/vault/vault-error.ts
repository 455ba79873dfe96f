/**
 * Why a call to Vault or OpenBao failed.
 * - `unreachable`: nothing was sent. `outcome_unknown`: it was sent and not answered; a write may have happened.
 * - `sealed`, `uninitialized`, `standby`: the server answers, but not this.
 * - `denied`: 403. `login_refused`: the credentials are wrong.
 * - `cas_mismatch`: somebody else wrote first. `cas_required`: the engine wants a version with every write.
 * - `wrong_engine`: the mount is missing, or is not KV v2.
 * - `wrapping_lost`: a wrapped value cannot be had: it was taken, has expired, or was wrapped elsewhere.
 * - `throttled`: 429, after all retries. `refused`: another 4xx. `failed`: 5xx.
 */
export type VaultFault =
  | 'unreachable'
  | 'outcome_unknown'
  | 'sealed'
  | 'uninitialized'
  | 'standby'
  | 'denied'
  | 'login_refused'
  | 'absent'
  | 'cas_mismatch'
  | 'cas_required'
  | 'wrong_engine'
  | 'throttled'
  | 'too_large'
  | 'wrapping_lost'
  | 'refused'
  | 'failed';

/** @property message says what failed and the next step; it holds no secret. */
export class VaultError extends Error {
  readonly fault: VaultFault;
  /** HTTP status; undefined where no answer came. */
  readonly status: number | undefined;

  constructor(
    fault: VaultFault,
    message: string,
    { status, cause }: { status?: number; cause?: unknown } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'VaultError';
    this.fault = fault;
    this.status = status;
  }
}

/** An answer with a status of 400 or more. */
export interface ErrorAnswer {
  status: number;
  /** Of the body; Vault writes no secret into them. */
  errors: readonly string[];
  warnings: readonly string[];
}

const TEXT_MAX_CHARACTERS = 300;

/** For a moment after it was unsealed, or lost its leader, a server knows of no active one. It has done nothing. */
export const isLeaderless = (text: string): boolean =>
  text.toLowerCase().includes('local node not active but active cluster node not found');

/** Names the fault of an answer. CAS faults are told from other 400s by their text alone. */
export function faultOf({ status, errors, warnings }: ErrorAnswer): VaultFault {
  const text = errors.join(' ').toLowerCase();
  if (status === 400 && text.includes('did not match the current version')) return 'cas_mismatch';
  if (status === 400 && text.includes('check-and-set parameter required')) return 'cas_required';
  if (status === 403) return 'denied';
  if (status === 404)
    return warnings.join(' ').includes('Invalid path for a versioned') ? 'wrong_engine' : 'absent';
  if (status === 413) return 'too_large';
  if (status === 429) return 'throttled';
  if (status === 501) return 'uninitialized';
  if (status === 503) return text.includes('sealed') || text === '' ? 'sealed' : 'failed';
  if (status === 472 || status === 473 || status === 474 || isLeaderless(text)) return 'standby';
  return status >= 500 ? 'failed' : 'refused';
}

const NEXT_STEP: Partial<Record<VaultFault, string>> = {
  sealed: 'Unseal it, then run this again.',
  uninitialized: 'Initialize it with "bao operator init", then run this again.',
  standby: 'Wait until a server of the cluster is active, or give the address of the active one.',
  denied: 'Check the policy of the token for this path, and that the token has not expired.',
  cas_mismatch: 'Somebody else wrote it meanwhile: run this again.',
  throttled: 'Wait, or raise its quota.',
};

/** @param what is done, such as `write kv/app`. */
export function errorOf(what: string, answer: ErrorAnswer): VaultError {
  const fault = faultOf(answer);
  const said = [...answer.errors, ...answer.warnings].join('; ').replaceAll(/\s+/g, ' ').trim();
  const text = said === '' ? '' : `: ${said.slice(0, TEXT_MAX_CHARACTERS)}`;
  const next = said.includes('namespace not found')
    ? 'Correct the namespace, or leave it out.'
    : NEXT_STEP[fault];
  return new VaultError(
    fault,
    `Vault answers ${answer.status} to ${what}${text}${next === undefined ? '' : `. ${next}`}`,
    {
      status: answer.status,
    },
  );
}
