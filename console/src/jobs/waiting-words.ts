/** Why a worker cannot have a job; said of one, or of several. */
const LACKS: Record<string, string> = {
  gpu: 'no such GPU',
  vram: 'too little memory of its GPU',
  model: 'the model is missing',
  region: 'another region',
  price: 'it costs more than the job may',
  budget: 'it costs more than the budgets of the key have left',
  labels: 'a label is missing',
  owner: 'the job or its key excludes its owner',
  worker: 'the job names other workers',
  type: 'other types of jobs',
  no_worker: 'no worker was ever here',
  busy: 'busy',
  booked: 'booked by somebody else',
  draining: 'it finishes its jobs, and gets no more',
  paused: 'paused',
  resting: 'it rests, because several jobs failed on it',
  offline: 'offline',
};

/** Why a job still waits. */
const WAITS: Record<string, string> = {
  not_before: 'it is to begin later',
  backoff: 'its last attempt failed, and the next one begins soon',
  no_worker_online: 'no worker is online',
  max_running: 'its key or owner runs as many jobs as it may',
  in_queue: 'other jobs are before it',
  workers_busy: 'all workers that could take it are busy',
  workers_booked: 'all workers that could take it are booked by others',
  no_fitting_worker_online: 'no worker that could take it is online',
};

const NO_WORKER_WITH = 'no_worker_with_';

export const lacks = (reason: string): string => LACKS[reason] ?? reason.replaceAll('_', ' ');

/** @param reason a code of the server, such as no_worker_with_gpu_and_region */
export const waitsFor = (reason: string): string =>
  reason.startsWith(NO_WORKER_WITH)
    ? 'no worker that is known here can take it'
    : (WAITS[reason] ?? reason.replaceAll('_', ' '));
