import { copyToOthers, drawn, mintKey, storeValue } from './apply.ts';
import { informConsumers } from './consumers/inform.ts';
import { retire } from './retire.ts';
import { underIntent, type Rotation } from './intent.ts';
import { unknownVerdict, verdictOf, type Need } from './minting.ts';
import { makerOf, shownPlace, type RotationReport } from './report.ts';
import { SinkError, type Stored } from './sinks/sink.ts';
import type { Stack } from './stack.ts';

export interface RotateOptions {
  id: string;
  /** When the command was started, ms since 1970: of several at the same time one replaces the value. */
  startedMs: number;
  /** Ends the former value although not every consumer proves that it uses the new one. */
  isUnproved: boolean;
  /** For progress. */
  onWait: (name: string, seconds: number) => void;
}

/** A second rotation within this time is taken for the same one. */
const SAME_MS = 1_000;

/**
 * Replaces the value of one key: make, check, store, inform the consumers, let them prove it, end the former one. Where it was
 * cut off, or a proof is missing, the next run goes on and makes no further value.
 * @throws SinkError, MinterError
 */
export async function rotateKey(stack: Stack, options: RotateOptions): Promise<RotationReport> {
  const { id } = options;
  const report: RotationReport = {
    id,
    action: 'none',
    place: shownPlace(stack.firstPlace(id)),
    service_key_id: null,
    copies: [],
    consumers: [],
    revoked: [],
    left: [],
    versions_destroyed: 0,
  };
  const block = await blockOf(stack, id);
  if (block !== undefined) return { ...report, action: 'blocked', needs_operator: true, ...block };
  const isReplaced = await replace(stack, options);
  if (isReplaced) Object.assign(report, { action: 'open', source: makerOf(stack.key(id)) });
  const value = await storedValue(stack, id);
  report.copies = await copyToOthers(stack, id, value);
  report.consumers = await informConsumers(stack, id, value);
  return retire(stack, report, options);
}

async function blockOf(stack: Stack, id: string): Promise<{ reason: string; steps: string } | undefined> {
  if (!stack.canMake(id)) {
    const variables = stack.key(id).sources.flatMap((source) => ('env' in source ? [source.env] : []));
    const where = variables.length === 0 ? 'a source of the key' : variables.join(' or ');
    return {
      reason: 'Keyward does not make this value',
      steps: `Give a new one in ${where}, then run keyward bootstrap apply.`,
    };
  }
  const given = await stack.given(id);
  if (given === undefined) return undefined;
  const name = given.source.replace('env:', '');
  return {
    reason: `${name} is set, and a given value wins over a rotated one`,
    steps: `Unset ${name}, or give a new value there and run keyward bootstrap apply.`,
  };
}

/** @returns false: the value was replaced already. */
async function replace(stack: Stack, options: RotateOptions): Promise<boolean> {
  const { id } = options;
  if (stack.minter(id) !== undefined)
    return (
      (await mintKey(stack, id, (stored, rotation) => needOf(stack, options, { stored, rotation }))) !==
      undefined
    );
  const place = stack.firstPlace(id);
  return underIntent(stack.intentAt(id), async (intent) => {
    const stored = await stack.sinkAt(place).read(place);
    const rotation = await needOf(stack, options, { stored, rotation: intent.rotation });
    if (rotation === undefined) return false;
    const { value, source } = drawn(stack.key(id));
    await intent.update({ ...rotation, next: { fingerprint: await stack.fingerprint(value) } });
    await storeValue(stack, place, { value, source, stored });
    return true;
  });
}

async function needOf(
  stack: Stack,
  { id, startedMs }: RotateOptions,
  { stored, rotation }: { stored: Stored; rotation: Rotation },
): ReturnType<Need> {
  const place = shownPlace(stack.firstPlace(id));
  if (stored.state !== 'present')
    throw new SinkError('refused', `There is no value in ${place} to rotate. Run: keyward bootstrap apply`);
  const mark = await stack.findFingerprint(stored.value);
  if (mark !== undefined && rotation.isOpen && rotation.next?.fingerprint === mark) return undefined;
  if (stored.provenance['fingerprint'] !== mark || mark === undefined)
    throw new SinkError(
      'refused',
      `The value in ${place} has no provenance of Keyward. Run: keyward bootstrap apply`,
    );
  if (Date.parse(stored.provenance['stored-at'] ?? '') >= startedMs - SAME_MS) return undefined;
  const minter = stack.minter(id);
  const verdict = minter === undefined ? undefined : await verdictOf(minter, stored.value);
  if (verdict === 'unknown') throw unknownVerdict();
  const current = await stack.serviceKeyId(stored, rotation);
  const former = new Set([...rotation.former, ...(current === undefined ? [] : [current])]);
  return { isOpen: true, former: [...former] };
}

async function storedValue(stack: Stack, id: string): Promise<string> {
  const place = stack.firstPlace(id);
  const stored = await stack.sinkAt(place).read(place);
  if (stored.state === 'present') return stored.value;
  throw new SinkError('changed', `The value in ${shownPlace(place)} was removed meanwhile. Run this again.`);
}
