import type { Budget } from '../access/index.ts';
import type { Db } from '../storage/index.ts';
import { addUse } from './budget-store.ts';
import { slotId, slotOf, type Slot, type SlotKey } from './budget.ts';
import { deleteCarriesFrom, readCarries, readUses, writeCarries } from './carry-store.ts';
import type { Carry, Use } from './carry-store.ts';
import { periodStart } from './periods.ts';

interface Change {
  holderId: string;
  before: readonly Budget[];
  after: readonly Budget[];
  nowMs: number;
  /** Settled in this process and not yet written. */
  unwrittenIn: (slot: SlotKey) => number;
}

/** A former budget, from which a new one may take over its use. */
interface Source {
  /** Where its requests count now. */
  slot: SlotKey;
  slotUsed: number;
  /** Known use in the period of the new budget. */
  used: number;
  /** Whether all of that is in the period of the new budget. */
  isWithin: boolean;
  isOfBefore: boolean;
  isOfAfter: boolean;
}

type Slots = ReadonlyMap<string, Slot>;

interface Known {
  ofBefore: Slots;
  ofAfter: Slots;
  uses: readonly Use[];
  carries: readonly Carry[];
  nowMs: number;
  unwrittenIn: Change['unwrittenIn'];
}

/**
 * A new budget begins with the largest use of a budget of the same unit in its period; where only a longer period is
 * known, with all of that. Requests that run meanwhile count at their settlement (Carry).
 */
export async function carryOver(tx: Db, change: Change): Promise<void> {
  const { holderId, before, after, nowMs, unwrittenIn } = change;
  const fresh = after.filter((budget) => !before.some((one) => isSame(one, budget)));
  if (fresh.length === 0) return;
  const ofBefore = slotsOf(holderId, before, nowMs);
  const ofAfter = slotsOf(holderId, after, nowMs);
  await lock(
    tx,
    holderId,
    fresh.map((budget) => slotOf(holderId, budget, nowMs)),
  );
  await foldCarries(tx, holderId, ofAfter);
  const uses = await readUses(tx, holderId);
  const carries = await readCarries(tx, [holderId]);
  const known = { ofBefore, ofAfter, uses, carries, nowMs, unwrittenIn };
  for (const budget of fresh) await beginWith(tx, slotOf(holderId, budget, nowMs), known);
}

/** Locks all slots that may be written, in the lock order. */
async function lock(tx: Db, holderId: string, fresh: readonly Slot[]): Promise<void> {
  const uses = await readUses(tx, holderId);
  const slots = new Map(fresh.map((slot) => [slotId(slot), slot]));
  for (const { to } of await readCarries(tx, [holderId])) {
    const period = uses.find((use) => slotId(use) === slotId(to))?.period ?? 'total';
    if (!slots.has(slotId(to))) slots.set(slotId(to), { ...to, period });
  }
  await addUse(
    tx,
    [...slots.values()].map((slot) => [slot, 0]),
  );
}

async function beginWith(tx: Db, slot: Slot, known: Known): Promise<void> {
  const { uses, carries } = known;
  const sources = sourcesFor(slot, known);
  // A budget of the day knows the use of a day better than one of the month.
  const isKnown = sources.some(({ isWithin, isOfBefore }) => isWithin && isOfBefore);
  const counted = sources.filter(({ isWithin }) => isWithin || !isKnown);
  const own = usedIn(slot, uses);
  const used = Math.max(own + carriedInto(slot, known), ...counted.map((source) => source.used));
  await addUse(tx, [[slot, used - own]]);
  const ended = sources.filter(({ isOfAfter }) => !isOfAfter);
  const from = ended.find(({ isOfBefore }) => isOfBefore) ?? ended[0];
  const into = [slot, ...(from === undefined ? [] : [from.slot])].map(slotId);
  // The sum above has all use until now.
  const further = carries
    .filter(({ to }) => into.includes(slotId(to)))
    .map((carry) => ({ ...carry, to: slot, included: usedIn(carry.from, uses) }));
  if (from !== undefined) further.push({ to: slot, from: from.slot, included: from.slotUsed });
  await writeCarries(tx, distinct(further));
}

/** A statement may have a row once. */
const distinct = (carries: readonly Carry[]): Carry[] => [
  ...new Map(carries.map((carry) => [slotId(carry.from), carry])).values(),
];

const isSame = (a: Budget, b: Budget): boolean =>
  a.name === b.name && a.unit === b.unit && a.period === b.period;

const slotsOf = (holderId: string, budgets: readonly Budget[], nowMs: number): Slots =>
  new Map(budgets.map((budget) => slotOf(holderId, budget, nowMs)).map((slot) => [slotId(slot), slot]));

/** A slot that counts for itself again no longer counts in another one. */
async function foldCarries(tx: Db, holderId: string, ofAfter: Slots): Promise<void> {
  const carries = await readCarries(tx, [holderId]);
  const folded = carries.filter(({ from }) => ofAfter.has(slotId(from)));
  if (folded.length === 0) return;
  const uses = await readUses(tx, holderId);
  for (const { to, from, included } of folded) {
    const period = uses.find((use) => slotId(use) === slotId(to))?.period ?? 'total';
    const more = Math.max(0, usedIn(from, uses) - included);
    await addUse(tx, [[{ ...to, period }, more]]);
    // These requests came from `from`.
    for (const carry of carries) if (slotId(carry.from) === slotId(to)) carry.included += more;
    await deleteCarriesFrom(tx, from);
  }
  await writeCarries(
    tx,
    carries.filter((carry) => !folded.includes(carry)),
  );
}

const usedIn = (slot: SlotKey, uses: readonly Use[]): number =>
  uses.find((use) => slotId(use) === slotId(slot))?.used ?? 0;

function carriedInto(slot: SlotKey, { uses, carries }: Pick<Known, 'uses' | 'carries'>): number {
  return carries
    .filter(({ to }) => slotId(to) === slotId(slot))
    .reduce((sum, { from, included }) => sum + Math.max(0, usedIn(from, uses) - included), 0);
}

/** The other budgets of the unit that count now, or have counted in the period of the new one. */
function sourcesFor(to: Slot, known: Known): Source[] {
  const { ofBefore, ofAfter, uses, unwrittenIn } = known;
  const unwritten = [...ofBefore.values()]
    .filter((slot) => !uses.some((use) => slotId(use) === slotId(slot)))
    .map((slot) => ({ ...slot, used: 0 }));
  const sources = new Map<string, Source>();
  for (const use of [...uses, ...unwritten]) {
    const id = slotId(use);
    const period = ofBefore.get(id)?.period ?? use.period;
    const isWithin = use.periodStart >= to.periodStart;
    const isCurrent = period !== undefined && periodStart(period, known.nowMs) === use.periodStart;
    if (use.unit !== to.unit || id === slotId(to) || !(isWithin || isCurrent)) continue;
    const budget = `${use.name}\n${period ?? ''}`;
    const sum = sources.get(budget);
    const isLast = sum === undefined || use.periodStart > sum.slot.periodStart;
    sources.set(budget, {
      slot: isLast ? use : sum.slot,
      slotUsed: isLast ? use.used : sum.slotUsed,
      // A budget that goes on carries nothing later.
      used: use.used + carriedInto(use, known) + (ofAfter.has(id) ? unwrittenIn(use) : 0) + (sum?.used ?? 0),
      isWithin: isWithin && (sum?.isWithin ?? true),
      isOfBefore: ofBefore.has(id) || (sum?.isOfBefore ?? false),
      isOfAfter: ofAfter.has(id) || (sum?.isOfAfter ?? false),
    });
  }
  return [...sources.values()].sort((a, b) => b.used - a.used);
}
