import { createHash, createPublicKey, verify } from 'node:crypto';
import { canonical } from '../audit/index.ts';
import { isoTime } from '../base/clock.ts';
import type { JobsContext } from './context.ts';
import type { AttemptRow, JobRow } from './job.ts';
import { attemptsOf } from './store/job-store.ts';

interface ReceiptAttempt {
  attempt: number;
  worker_id: string;
  outcome: AttemptRow['outcome'];
  started_at: string;
  ended_at: string;
}

/** What a job took. Times ISO 8601, GPU seconds with milliseconds. */
interface Statement {
  job_id: string;
  owner_id: string;
  /** Of the last attempt. */
  worker_id: string;
  worker_owner_id: string;
  outcome: AttemptRow['outcome'];
  attempts: ReceiptAttempt[];
  /** What counts: the worker's word, at most what this server measured. */
  gpu_seconds: number;
  gpu_seconds_claimed: number;
  /** The time of the lease × the GPUs of the worker. */
  gpu_seconds_measured: number;
  prompt_tokens: number;
  completion_tokens: number;
  model: string | null;
  model_digest: string | null;
  started_at: string;
  finished_at: string;
  key_id: string;
}

export interface Receipt extends Statement {
  /** Ed25519, PEM. */
  public_key: string;
  /** Over the canonical JSON of the members above and `format`; base64. */
  signature: string;
}

const MS = 1_000;

/** What counts of an attempt, in GPU ms. */
export const gpuMsOf = ({ gpu_ms_claimed: claimed, gpu_ms_measured: measured }: AttemptRow): number =>
  Math.min(claimed, measured);

/** @returns null while the job runs, and where no worker had it. */
export async function receiptOf(
  { storage, signer }: JobsContext,
  job: Pick<JobRow, 'id' | 'owner_id' | 'finished_at'>,
): Promise<Receipt | null> {
  if (job.finished_at === null) return null;
  const attempts = await attemptsOf(storage.db, job.id);
  const [receipt = null] = attempts.length === 0 ? [] : await signed([{ job, attempts }], signer);
  return receipt;
}

interface Attempted {
  job: Pick<JobRow, 'id' | 'owner_id'>;
  /** At least one. */
  attempts: readonly AttemptRow[];
}

/** @returns the receipts in the order of the jobs. Their signing has begun when this returns. */
export async function signed(
  jobs: readonly Attempted[],
  signer: Pick<JobsContext['signer'], 'keyId' | 'publicKeyPem' | 'signAside'>,
): Promise<Receipt[]> {
  const statements = jobs.map((job) => statementOf(job, signer.keyId));
  // Their members are in the order of their names: this is their canonical JSON, in a fifth of the time (receipt.test.ts).
  const signatures = await signer.signAside(statements.map((statement) => JSON.stringify(statement)));
  return statements.map((statement, at) => receiptFrom(statement, signer.publicKeyPem, signatures[at] ?? ''));
}

type Signable = Statement & { format: string };

function statementOf({ job, attempts }: Attempted, keyId: string): Signable {
  const last = attempts.at(-1);
  if (last === undefined) throw new Error('A receipt needs an attempt.');
  return {
    attempts: attempts.map(({ attempt, ended_at, outcome, started_at, worker_id }) => ({
      attempt,
      ended_at: isoTime(ended_at),
      outcome,
      started_at: isoTime(started_at),
      worker_id,
    })),
    completion_tokens: last.tokens_out,
    finished_at: isoTime(last.ended_at),
    format: FORMAT,
    gpu_seconds: gpuMsOf(last) / MS,
    gpu_seconds_claimed: last.gpu_ms_claimed / MS,
    gpu_seconds_measured: last.gpu_ms_measured / MS,
    job_id: job.id,
    key_id: keyId,
    model: last.model,
    model_digest: last.model_digest,
    outcome: last.outcome,
    owner_id: job.owner_id,
    prompt_tokens: last.tokens_in,
    started_at: isoTime(last.started_at),
    worker_id: last.worker_id,
    worker_owner_id: last.worker_owner_id,
  };
}

/** Member by member: a spread without `format` takes ten times as long. */
const receiptFrom = (statement: Signable, publicKey: string, signature: string): Receipt => ({
  attempts: statement.attempts,
  completion_tokens: statement.completion_tokens,
  finished_at: statement.finished_at,
  gpu_seconds: statement.gpu_seconds,
  gpu_seconds_claimed: statement.gpu_seconds_claimed,
  gpu_seconds_measured: statement.gpu_seconds_measured,
  job_id: statement.job_id,
  key_id: statement.key_id,
  model: statement.model,
  model_digest: statement.model_digest,
  outcome: statement.outcome,
  owner_id: statement.owner_id,
  prompt_tokens: statement.prompt_tokens,
  started_at: statement.started_at,
  worker_id: statement.worker_id,
  worker_owner_id: statement.worker_owner_id,
  public_key: publicKey,
  signature,
});

/** The signature is valid for nothing else that this key signs. */
const FORMAT = 'keyward-job-receipt-1';

const bytesOf = (statement: object): Buffer => Buffer.from(canonical({ format: FORMAT, ...statement }));

export type ReceiptCheck = { valid: true; key_id: string } | { valid: false; reason: string };

/**
 * Offline.
 * @param publicKeys PEM, of the servers that are trusted; empty: the receipt's own key counts, which does not tell who has
 * signed.
 */
export function checkReceipt(receipt: unknown, publicKeys: readonly string[]): ReceiptCheck {
  const no = (reason: string): ReceiptCheck => ({ valid: false, reason });
  if (typeof receipt !== 'object' || receipt === null) return no('It is not a receipt.');
  const { public_key: pem, signature, ...statement } = receipt as Partial<Receipt>;
  if (typeof pem !== 'string' || typeof signature !== 'string') return no('It has no signature.');
  try {
    const key = createPublicKey(pem);
    const keyId = createHash('sha256')
      .update(key.export({ format: 'der', type: 'spki' }))
      .digest('hex')
      .slice(0, 16);
    if (publicKeys.length > 0 && !publicKeys.some((trusted) => createPublicKey(trusted).equals(key)))
      return no('It was signed by another key.');
    if (key.asymmetricKeyType !== 'ed25519' || keyId !== statement.key_id)
      return no('The key is not the one that the receipt names.');
    const bytes = Buffer.from(signature, 'base64');
    // Other texts give the same bytes: a receipt has one form.
    if (bytes.toString('base64') !== signature || !verify(null, bytesOf(statement), key, bytes))
      return no('The signature does not match: the receipt was changed.');
    return { valid: true, key_id: keyId };
  } catch {
    return no('Its key or its form cannot be read.');
  }
}
