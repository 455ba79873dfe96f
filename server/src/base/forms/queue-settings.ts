import { integer, type Environment } from './env-values.ts';
import { StartupError } from '../errors.ts';

/** The clocks of the queue of jobs, in ms. */
interface JobClocks {
  /** How long a worker may be silent. */
  leaseMs: number;
  heartbeatMs: number;
  sweepMs: number;
  /** After the control stream of a worker broke. */
  graceMs: number;
  maxSwapWaitMs: number;
  /** How long a request of the OpenAI API waits in the queue. */
  requestWaitMs: number;
}

interface JobLimits {
  payloadMaxBytes: number;
  resultMaxBytes: number;
  /** Waiting jobs of one owner. */
  queuedMax: number;
  /** How long finished jobs are kept. */
  keptMs: number;
}

export interface BatchLimits {
  /** Of an uploaded file. */
  fileMaxBytes: number;
  /** Of all uploaded files of one owner. */
  filesMaxBytes: number;
  linesMax: number;
  /** Lines that this process runs at a time. */
  concurrency: number;
  /** How long files and finished batches are kept. */
  keptMs: number;
}

export interface JobSettings {
  clocks: JobClocks;
  limits: JobLimits;
}

const MIB = 1024 * 1024;

export function jobSettings(env: Environment): JobSettings {
  const whole = (name: string, fallback: number, max: number): number =>
    integer(env, name, { fallback, min: 1, max });
  const ms = (name: string, fallback: number): number => whole(name, fallback, 86_400) * 1_000;
  const clocks = {
    leaseMs: ms('KEYWARD_JOB_LEASE_SECONDS', 30),
    heartbeatMs: ms('KEYWARD_JOB_HEARTBEAT_SECONDS', 10),
    sweepMs: ms('KEYWARD_JOB_SWEEP_SECONDS', 5),
    graceMs: ms('KEYWARD_JOB_GRACE_SECONDS', 5),
    maxSwapWaitMs: ms('KEYWARD_JOB_SWAP_WAIT_SECONDS', 60),
    requestWaitMs: ms('KEYWARD_JOB_REQUEST_WAIT_SECONDS', 600),
  };
  if (clocks.heartbeatMs * 2 > clocks.leaseMs)
    throw new StartupError(
      'KEYWARD_JOB_LEASE_SECONDS must be at least twice KEYWARD_JOB_HEARTBEAT_SECONDS: a late heartbeat would lose the lease.',
    );
  const limits = {
    payloadMaxBytes: whole('KEYWARD_JOB_PAYLOAD_MAX_MIB', 8, 1_024) * MIB,
    resultMaxBytes: whole('KEYWARD_JOB_RESULT_MAX_MIB', 64, 1_024) * MIB,
    queuedMax: whole('KEYWARD_JOB_QUEUED_MAX', 100_000, 100_000_000),
    keptMs: whole('KEYWARD_JOB_KEPT_DAYS', 30, 3_650) * 86_400_000,
  };
  return { clocks, limits };
}

export function batchSettings(env: Environment): BatchLimits {
  const whole = (name: string, fallback: number, max: number): number =>
    integer(env, name, { fallback, min: 1, max });
  return {
    fileMaxBytes: whole('KEYWARD_BATCH_FILE_MAX_MIB', 200, 4_096) * MIB,
    filesMaxBytes: whole('KEYWARD_BATCH_FILES_MAX_MIB', 10_240, 100_000_000) * MIB,
    linesMax: whole('KEYWARD_BATCH_LINES_MAX', 50_000, 1_000_000),
    concurrency: whole('KEYWARD_BATCH_CONCURRENCY', 32, 10_000),
    keptMs: whole('KEYWARD_BATCH_KEPT_DAYS', 30, 3_650) * 86_400_000,
  };
}
