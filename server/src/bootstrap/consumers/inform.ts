import type { PlaceSpec } from '../manifest/manifest.ts';
import { NO_PLACE, shownPlace } from '../report.ts';
import type { Stack } from '../stack.ts';
import { callWebhook } from './ask.ts';
import type { ConsumerSpec } from './consumer-spec.ts';
import { runCommand } from './command.ts';
import { sendSignal } from './signal.ts';

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
  if (reports.every(({ problem }) => problem === undefined))
    await sink.annotate(place, { ...provenance, informed: mark });
  return reports;
}

async function inform(stack: Stack, id: string, consumer: ConsumerSpec): Promise<ConsumerReport> {
  const { name, signal, run, webhook } = consumer;
  const { surroundings } = stack.options;
  const problem =
    signal !== undefined
      ? await sendSignal(signal, surroundings.folder)
      : run !== undefined
        ? await runCommand(run, { surroundings, id })
        : webhook !== undefined
          ? await callWebhook(webhook, { surroundings, id, place: shownPlace(readPlace(stack, id)) })
          : undefined;
  return { name, ...(problem === undefined ? {} : { problem }) };
}
