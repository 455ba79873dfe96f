/** The thread that signs, see signing-thread.ts. */
import { sign, type KeyObject } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import type { Signed, ToSign } from './signing-thread.ts';

const key = workerData as KeyObject;
parentPort?.on('message', ({ id, texts }: ToSign) => {
  const signatures = texts.map((text) => sign(null, Buffer.from(text), key).toString('base64'));
  parentPort?.postMessage({ id, signatures } satisfies Signed);
});
