import { copyToOthers, drawn, mintKey, noteValue, storeValue } from './apply.ts';
import { informConsumers } from './consumers/inform.ts';
import { failureOf } from './failure.ts';
import { retire } from './retire.ts';
import { underIntent, type Rotation } from './intent.ts';
import { unknownVerdict, verdictOf, type Need } from './minting.ts';
import { emptyRotation, makerOf, shownPlace, type RotationReport } from './report.ts';
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
  const report = emptyRotation(id, stack.firstPlace(id));
  const block = await blockOf(stack, id);
  if (block !== undefined) return { ...report, action: 'blocked', needs_operator: true, ...block };
  const before = await stack.sinkAt(stack.firstPlace(id)).read(stack.firstPlace(id));
  const isReplaced = await replace(stack, { ...options, before });
  if (isReplaced) Object.assign(report, { action: 'open', source: makerOf(stack.key(id)) });
  try {
    const value = await completedValue(stack, id);
    report.copies = await copyToOthers(stack, id, value);
    report.consumers = await informConsumers(stack, id, value);
    return await retire(stack, report, options);
  } catch (error) {
    const steps = 'The new value is stored, and the former one is still good. Run this again.';
    return { ...report, action: 'failed', ...failureOf(error), ...(isReplaced && { steps }) };
  }
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
async function replace(stack: Stack, options: Beginning): Promise<boolean> {
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

interface Beginning extends RotateOptions {
  /** What was stored before other runs were waited for. */
  before: Stored;
}

async function needOf(
  stack: Stack,
  { id, startedMs, before }: Beginning,
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
  const isReplaced = before.state === 'present' && before.value !== stored.value;
  if (isReplaced || isJustStored(stored, startedMs, stack.nowMs)) return undefined;
  const minter = stack.minter(id);
  if (minter === undefined) return { ...rotation, isOpen: true };
  const verdict = await verdictOf(minter, stored.value);
  if (verdict === 'unknown') throw unknownVerdict();
  const found = await minter.find(stack.labelPrefix(id));
  const current = await stack.serviceKeyId(stored, rotation, found);
  const isUnknown = current === undefined && verdict === 'valid';
  // Without its id the stored key may be any of them: all stay good until the end.
  const ids = isUnknown ? found.map((one) => one.id) : current === undefined ? [] : [current];
  const former = [...new Set([...rotation.former, ...ids])];
  return { isOpen: true, former, hasUnknown: isUnknown || rotation.hasUnknown === true };
}

/** The time is of the clock of another machine, maybe: one in the future says nothing. */
function isJustStored({ provenance }: Stored, startedMs: number, nowMs: number): boolean {
  const storedMs = Date.parse(provenance['stored-at'] ?? '');
  return storedMs >= startedMs - SAME_MS && storedMs <= nowMs + SAME_MS;
}

/** The stored value, with its provenance also where a run was cut off before that. */
async function completedValue(stack: Stack, id: string): Promise<string> {
  const place = stack.firstPlace(id);
  const stored = await stack.sinkAt(place).read(place);
  if (stored.state === 'present') {
    const { value } = stored;
    if (await stack.isCutOff(id, stored))
      await noteValue(stack, id, { value, source: makerOf(stack.key(id)), stored });
    return value;
  }
  throw new SinkError('changed', `The value in ${shownPlace(place)} was removed meanwhile. Run this again.`);
}
