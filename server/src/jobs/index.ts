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
export { cancelJob, deleteJob, findOwn, listJobs, receiptOfJob, resultOf, waitFor } from './jobs.ts';
export { eventsOfJob, type JobEvent } from './job-events.ts';
export { viewOfJob, type JobView } from './job-view.ts';
export { jobsModule, type Jobs } from './module.ts';
export { checkReceipt, type Receipt, type ReceiptCheck } from './receipt.ts';
export type { JobInput } from './submit.ts';
export { leaseLost, type ResultInput } from './workers/completions.ts';
export { controlOf, type ControlEvent } from './workers/control.ts';
export {
  changeCapabilities,
  findOwnWorker,
  leave,
  listWorkers,
  registerWorker,
  workerNotFound,
  type WorkerInput,
} from './workers/register.ts';
export { progressed, type Progress } from './workers/progress.ts';
export { failJob, heartbeat, type FailInput } from './workers/reports.ts';
