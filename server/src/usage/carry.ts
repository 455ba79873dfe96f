import type { Budget } from '../access/index.ts';
import type { Db } from '../storage/index.ts';
import { addUse } from './budget-store.ts';
import { slotId, slotOf } from './budget.ts';
import type { Slot } from './budget.ts';
import { deleteCarriesFrom, readCarries, readUses, writeCarries } from './carry-store.ts';
import type { Carry, Use } from './carry-store.ts';
import { periodEnd, periodStart } from './periods.ts';

interface Change {
  holderId: string;
  before: readonly Budget[];
  after: readonly Budget[];
  nowMs: number;
}

/** One budget of before, or that the database still knows: its use within a period, and where it goes on. */
interface Source {
  slot: Omit<Slot, 'period'>;
  /** In the slot alone. */
  slotUsed: number;
  /** All that lies in the period of the new budget. */
  used: number;
  isOfBefore: boolean;
}

/**
 * What new budgets begin with: the largest use of any budget of the same unit, as far as it is known to lie in their
 * period; of a longer period all of it. What runs meanwhile counts when it is settled (Carry).
 */
export async function carryOver(tx: Db, change: Change): Promise<void> {
  const { holderId, before, after, nowMs } = change;
  const fresh = after.filter((budget) => !before.some((one) => isSame(one, budget)));
  if (fresh.length === 0) return;
  await foldCarries(tx, change);
  const uses = await readUses(tx, holderId);
  const carries = await readCarries(tx, [holderId]);
  for (const budget of fresh) {
    const slot = slotOf(holderId, budget, nowMs);
    const sources = sourcesFor(slot, { ...change, uses, carries });
    const own = uses.find((use) => slotId(use) === slotId(slot))?.used ?? 0;
    const [largest] = sources.sort((a, b) => b.used - a.used || Number(b.isOfBefore) - Number(a.isOfBefore));
    if (largest === undefined) continue;
    await addUse(tx, [[slot, Math.max(0, largest.used - own)]]);
    if (largest.used < own) continue;
    const { slot: from, slotUsed: included } = largest;
    const further = carries
      .filter((carry) => slotId(carry.to) === slotId(from))
      .map((carry) => ({ ...carry, to: slot, included: usedIn(carry.from, uses) }));
    await writeCarries(tx, [{ to: slot, from, included }, ...further]);
  }
}

const isSame = (a: Budget, b: Budget): boolean =>
  a.name === b.name && a.unit === b.unit && a.period === b.period;

/** A slot that is in use again for itself does not count in another one any longer. */
async function foldCarries(tx: Db, { holderId, after, nowMs }: Change): Promise<void> {
  const slots = new Map(
    after.map((budget) => slotOf(holderId, budget, nowMs)).map((slot) => [slotId(slot), slot]),
  );
  const folded = (await readCarries(tx, [holderId])).filter(({ from }) => slots.has(slotId(from)));
  if (folded.length === 0) return;
  const uses = await readUses(tx, holderId);
  for (const { to, from, included } of folded) {
    const period = uses.find((use) => slotId(use) === slotId(to))?.period ?? 'total';
    await addUse(tx, [[{ ...to, period }, Math.max(0, usedIn(from, uses) - included)]]);
    await deleteCarriesFrom(tx, from);
  }
}

const usedIn = (slot: Omit<Slot, 'period'>, uses: readonly Use[]): number =>
  uses.find((use) => slotId(use) === slotId(slot))?.used ?? 0;

/** Every budget of the unit that counts now or counted within the period of the new one, that one aside. */
function sourcesFor(
  to: Slot,
  { holderId, before, nowMs, uses, carries }: Change & { uses: readonly Use[]; carries: readonly Carry[] },
): Source[] {
  const ofBefore = new Map(
    before.map((budget) => slotOf(holderId, budget, nowMs)).map((slot) => [slotId(slot), slot]),
  );
  const known = uses.map((use) => ({ ...use, period: ofBefore.get(slotId(use))?.period ?? use.period }));
  const unwritten = [...ofBefore.values()]
    .filter((slot) => !uses.some((use) => slotId(use) === slotId(slot)))
    .map((slot) => ({ ...slot, used: 0 }));
  const sources = new Map<string, Source>();
  for (const use of [...known, ...unwritten]) {
    if (use.unit !== to.unit || slotId(use) === slotId(to) || !reaches(use, to, nowMs)) continue;
    const used = use.used + carriedInto(use, uses, carries);
    const budget = `${use.name}\n${use.period ?? ''}`;
    const sum = sources.get(budget);
    const isLast = sum === undefined || use.periodStart > sum.slot.periodStart;
    sources.set(budget, {
      slot: isLast ? use : sum.slot,
      slotUsed: isLast ? use.used : sum.slotUsed,
      used: used + (sum?.used ?? 0),
      isOfBefore: ofBefore.has(slotId(use)) || (sum?.isOfBefore ?? false),
    });
  }
  return [...sources.values()];
}

/** Whether the use lies in the period of the new budget, or may lie in it. */
function reaches(
  { period, periodStart: start }: { period: Slot['period'] | undefined; periodStart: number },
  to: Slot,
  nowMs: number,
): boolean {
  if (start >= to.periodStart) return true;
  return (
    period !== undefined &&
    periodStart(period, nowMs) === start &&
    periodEnd(period, nowMs) !== to.periodStart
  );
}

function carriedInto(use: Omit<Slot, 'period'>, uses: readonly Use[], carries: readonly Carry[]): number {
  return carries
    .filter(({ to }) => slotId(to) === slotId(use))
    .reduce((sum, { from, included }) => sum + Math.max(0, usedIn(from, uses) - included), 0);
}
