/** The thread that signs, see signing-thread.ts. */
import type { KeyObject } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { signAll, type Signed, type ToSign } from './signing-thread.ts';

const key = workerData as KeyObject;
parentPort?.on('message', ({ id, texts }: ToSign) => {
  parentPort?.postMessage({ id, signatures: signAll(texts, key) } satisfies Signed);
});
