import { setTimeout as sleep } from 'node:timers/promises';
import { filled, type Values } from '../calls/templates.ts';
import type { Stack } from '../stack.ts';
import { askForProof } from './ask.ts';
import { runForConsumer } from './run.ts';
import type { ConsumerSpec } from './consumer-spec.ts';
import type { ConsumerReport } from './inform.ts';

const POLL_MS = 500;
const TIMEOUT_SECONDS = 60;
const TRY_MIN_MS = 500;
const TRY_MAX_MS = 30_000;

/**
 * Waits until each consumer proves that it uses the new value.
 * @param values `{version}` and `{id}` in what a proof expects
 * @param onWait for progress. @returns with the problem of each that gave no proof in its time
 */
export function proveConsumers(
  stack: Stack,
  { id, values }: { id: string; values: Values },
  onWait: (name: string, seconds: number) => void,
): Promise<ConsumerReport[]> {
  const { consumers = [] } = stack.key(id);
  const prove = async ({ name, proof }: ConsumerSpec): Promise<ConsumerReport> => {
    if (proof === undefined) return { name, problem: 'has no proof in the manifest' };
    const limitMs = (proof.timeout_seconds ?? TIMEOUT_SECONDS) * 1000;
    const startMs = performance.now();
    for (;;) {
      const leftMs = limitMs - (performance.now() - startMs);
      const timeoutMs = Math.max(TRY_MIN_MS, Math.min(TRY_MAX_MS, leftMs));
      const problem = await oneTry(stack, proof, { id, values, timeoutMs });
      if (problem === undefined) return { name };
      const seconds = (performance.now() - startMs) / 1000;
      if (seconds * 1000 >= limitMs)
        return { name, problem: `gave no proof within ${Math.floor(seconds)} s: ${problem}` };
      onWait(name, Math.floor(seconds));
      await sleep(POLL_MS);
    }
  };
  return Promise.all(consumers.map(prove));
}

function oneTry(
  stack: Stack,
  proof: NonNullable<ConsumerSpec['proof']>,
  { id, values, timeoutMs }: { id: string; values: Values; timeoutMs: number },
): Promise<string | undefined> {
  const { surroundings } = stack.options;
  return proof.run === undefined
    ? askForProof(proof, { surroundings, values, timeoutMs })
    : runForConsumer(filled(proof.run, values) as string[], { surroundings, id, timeoutMs });
}
