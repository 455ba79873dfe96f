/** Why a worker cannot have a job. */
const LACKS: Record<string, string> = {
  gpu: 'they have no such GPU',
  vram: 'their GPUs have too little memory',
  model: 'they do not have the model',
  region: 'they are in another region',
  price: 'they cost more than the job may',
  labels: 'they lack a label that the job asks for',
  owner: 'the job or its key excludes their owners',
  worker: 'the job names other workers',
  type: 'they do not run jobs of this type',
  no_worker: 'no worker was ever here',
  busy: 'they are busy',
  booked: 'they are booked by others',
  draining: 'they finish their jobs, and get no more',
  paused: 'they are paused',
  resting: 'several jobs failed on them, so they rest',
  offline: 'they are offline',
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
