import { PullingWorker } from './worker.ts';
import type { KeywardWorker, WorkerOptions } from './worker-types.ts';

/**
 * Makes a worker that serves jobs with a function. It opens no connection before `run`.
 * @param options where the server is, what the worker can do, and its `handle`
 * @throws TypeError for a URL or a key that cannot be one
 * @example
 * ```ts
 * const worker = createWorker({
 *   url: 'http://127.0.0.1:5390',
 *   apiKey: process.env.KEYWARD_API_KEY,
 *   name: 'upper-case',
 *   capabilities: { types: ['upper-case'] },
 *   handle: ({ payload }) => ({ output: String(payload.text).toUpperCase() }),
 * });
 * await worker.run();
 * ```
 */
export function createWorker(options: WorkerOptions): KeywardWorker {
  return new PullingWorker(options);
}
