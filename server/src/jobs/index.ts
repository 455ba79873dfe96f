export { enroll, join, type Enrolment } from './enrolment/enroll.ts';
export {
  FAIL_CODES,
  isFinal,
  JOB_STATES,
  RECOVERIES,
  type FailCode,
  type JobRow,
  type JobState,
} from './job.ts';
export { DEFAULT_RUN_TIMEOUT_SECONDS, refuseModels } from './submit.ts';
export { findByIdempotencyKey, findJobs, findResult } from './store/job-store.ts';
export type { WorkerRow } from './store/tables.ts';
export { findWorkers } from './store/worker-store.ts';
export { stateOf, WORKER_STATES, type WorkerState } from './workers/worker.ts';
export { cancelJob, deleteJob, findOwn, listJobs, receiptOfJob, resultOf, waitFor } from './jobs.ts';
export { eventsOfJob, type JobEvent } from './job-events.ts';
export { viewOfJob, type JobView } from './job-view.ts';
export { jobsModule, type Jobs } from './module.ts';
export { bookGpu, releaseGpu } from './marketplace/bookings.ts';
export { GPU_STATES } from './marketplace/gpu.ts';
export { findGpu, listGpus } from './marketplace/list-gpus.ts';
export { setOffer } from './marketplace/offers.ts';
export { listAllJobs, listAllWorkers } from './admin/lists.ts';
export { findAnyJob } from './admin/one-job.ts';
export { findAnyWorker } from './admin/one-worker.ts';
export { queueTotals } from './admin/queue-totals.ts';
export { jobStats, queueState } from './admin/stats.ts';
export { HISTORY_STEPS, queueHistory } from './history/history.ts';
export { checkReceipt, type Receipt, type ReceiptCheck } from './receipt.ts';
export { takeJobs, takeOwnJobs } from './workers/take.ts';
export type { JobInput } from './submit.ts';
export { type ResultInput } from './workers/completions.ts';
export { leaseLost } from './workers/result-errors.ts';
export { controlOf, type ControlEvent } from './workers/control.ts';
export {
  changeCapabilities,
  findOwnWorker,
  leave,
  listWorkers,
  WORKERS_LIST_MAX,
  registerWorker,
  type WorkerInput,
} from './workers/register.ts';
export { pauseWorker, resumeWorker } from './workers/pause.ts';
export { progressed, type Progress } from './workers/progress.ts';
export { failJob, heartbeat, type FailInput } from './workers/reports.ts';
