/** The thread that signs, see signing-thread.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import {
  BETWEEN_SIGNATURES,
  BETWEEN_TEXTS,
  LISTS_MAX,
  signText,
  type Signed,
  type ThreadData,
  type ToSign,
} from './signing-thread.ts';

const { key, taken } = workerData as ThreadData;
parentPort?.on('message', ({ id, texts: joined }: ToSign) => {
  const texts = joined.split(BETWEEN_TEXTS);
  const signatures: string[] = [];
  while (Atomics.add(taken, id % LISTS_MAX, 1) < texts.length)
    signatures.push(signText(texts[signatures.length] as string, key));
  parentPort?.postMessage({ id, signatures: signatures.join(BETWEEN_SIGNATURES) } satisfies Signed);
});
