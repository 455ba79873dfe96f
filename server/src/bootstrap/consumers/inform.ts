import type { PlaceSpec } from '../manifest/manifest.ts';
import { NO_PLACE, shownPlace } from '../report.ts';
import type { Stack } from '../stack.ts';
import { callWebhook } from './ask.ts';
import type { ConsumerSpec } from './consumer-spec.ts';
import { runForConsumer } from './run.ts';
import { restart as restartIt, sendSignal } from './signal.ts';

const RUN_MS = 60_000;
const WEBHOOK_MS = 10_000;

/** @property problem why it was not informed, or gave no proof; undefined: all is well. */
export interface ConsumerReport {
  name: string;
  problem?: string;
}

/** The last place is the one from which the consumers read: a copy where there is one. */
const readPlace = (stack: Stack, id: string): PlaceSpec => stack.key(id).store.at(-1) ?? NO_PLACE;

/**
 * Tells the consumers of a key that its value was replaced, once: what they know is noted beside the value, so that a run
 * that was killed before is made up for. @returns [] where they know the value
 */
export async function informConsumers(stack: Stack, id: string, value: string): Promise<ConsumerReport[]> {
  const { consumers = [] } = stack.key(id);
  if (consumers.length === 0) return [];
  const place = readPlace(stack, id);
  const sink = stack.sinkAt(place);
  const { provenance } = await sink.read(place);
  const mark = await stack.fingerprint(value);
  if (provenance['informed'] === mark) return [];
  // Without a note the value was stored before Keyward managed it: the consumers have it.
  const reports =
    provenance['informed'] === undefined
      ? []
      : await Promise.all(consumers.map((consumer) => inform(stack, id, consumer)));
  if (reports.every(({ problem }) => problem === undefined)) {
    // Another run may have stored a value meanwhile, with a provenance of its own.
    const { provenance: now } = await sink.read(place);
    await sink.annotate(place, { ...now, informed: mark });
  }
  return reports;
}

async function inform(stack: Stack, id: string, consumer: ConsumerSpec): Promise<ConsumerReport> {
  const problem = await problemOf(stack, id, consumer);
  return { name: consumer.name, ...(problem === undefined ? {} : { problem }) };
}

async function problemOf(stack: Stack, id: string, consumer: ConsumerSpec): Promise<string | undefined> {
  const { signal, restart, run, webhook } = consumer;
  const { surroundings } = stack.options;
  if (signal !== undefined) return sendSignal(signal, surroundings.folder);
  if (restart !== undefined) return restartIt(restart);
  if (run !== undefined) return runForConsumer(run, { surroundings, id, timeoutMs: RUN_MS });
  if (webhook === undefined) return undefined;
  const place = shownPlace(readPlace(stack, id));
  return callWebhook(webhook, { surroundings, id, place, timeoutMs: WEBHOOK_MS });
}
