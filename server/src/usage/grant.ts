import { refusalOf, spentIn, type BudgetHolder, type Refusal, type Spend } from './budget.ts';
import type { SlotTotals, SlotTotalsMap } from './budget-store.ts';
import { amountAt, takeAll, type Demand, type Hold, type Plan, type PlanEntry, type Share } from './plan.ts';
import type { SlotState } from './slot-state.ts';

/** A reservation for which memory has too little. */
export interface Ask {
  readonly holders: readonly BudgetHolder[];
  readonly demand: Demand;
  /** Monotonic; until then it waits for idle amounts of others. */
  readonly waitsUntilMs: number;
}

export type Decision = Hold | Refusal | 'wait';

/** A node that is alone takes at most this share of what is left; one among n nodes SHARE_AMONG / n. */
const SHARE_ALONE = 1 / 2;
const SHARE_AMONG = 1 / 4;
/** A block for fewer requests is not held: each request then takes what it needs. */
const REQUESTS_ALONE_MIN = 4;
const REQUESTS_AMONG_MIN = 64;

/** After a call of another node no idle amount is held for this time. */
const EXACT_MS = 10_000;

interface Moment {
  nowMs: number;
  monotonicMs: number;
}

/** May still be granted of a slot, without the idle amount of this process. Below 0 after overuse. */
function left(state: SlotState, { used, others }: SlotTotals, limit: number): number {
  const held = state.reserved + Math.max(0, state.idle) + state.pending + state.incoming;
  return limit - used - others.amount - held;
}

/** Takes from all budgets of a request; otherwise refuses, or waits for idle amounts of others. */
export function decide(
  { plan, ask: { demand, waitsUntilMs } }: { plan: Plan; ask: Ask },
  slotTotals: SlotTotalsMap,
  { nowMs, monotonicMs }: Moment,
): { decision: Decision; called: SlotState[] } {
  const concerned = plan.entries.filter(({ budget }) => spentIn(budget.unit, demand.whole) > 0);
  for (const { state, limit } of concerned) state.limit = limit;
  const others = (entry: PlanEntry) => slotTotals.at(entry.state.slot);
  const free = (entry: PlanEntry): number =>
    left(entry.state, others(entry), entry.limit) + Math.max(0, entry.state.idle);
  const needs = ({ budget }: PlanEntry, spend: Spend): number => spentIn(budget.unit, spend);
  const take = (share: Share): { decision: Decision; called: SlotState[] } => {
    for (const entry of concerned) takeFromDatabase(entry, amountAt(entry, demand, share));
    return { decision: takeAll(plan.entries, demand, share), called: [] };
  };
  const tight = concerned.filter((entry) => needs(entry, demand.whole) > free(entry));
  if (tight.length === 0) return take('whole');
  const mayCome = (spend: Spend, entries: readonly PlanEntry[]): boolean =>
    monotonicMs < waitsUntilMs &&
    entries.every(
      (entry) =>
        others(entry).withIdle > 0 && needs(entry, spend) <= free(entry) + others(entry).others.amount,
    );
  const wait = (entries: readonly PlanEntry[]): { decision: Decision; called: SlotState[] } => ({
    decision: 'wait',
    called: entries.map(({ state }) => state),
  });
  if (mayCome(demand.whole, tight)) return wait(tight);
  const lacking = (spend: Spend): PlanEntry[] => tight.filter((entry) => needs(entry, spend) > free(entry));
  const { least, enough = least } = demand;
  const short = lacking(enough);
  if (short.length > 0 && mayCome(enough, short)) return wait(short);
  const isHeld = short.some((entry) => entry.state.reserved + others(entry).others.amount > 0);
  const missing = isHeld ? short : lacking(least);
  if (missing.length === 0)
    return take(Math.min(1, ...tight.map((entry) => shareOf(entry, demand, free(entry)))));
  if (mayCome(least, missing)) return wait(missing);
  const needed = isHeld ? enough : least;
  const refusals = missing.flatMap((entry) =>
    refusal(entry, { needed, demand, totals: others(entry), nowMs }),
  );
  const waitSeconds = ({ retryAfterSeconds }: Refusal): number => retryAfterSeconds ?? Infinity;
  const [longest] = refusals.sort((a, b) => waitSeconds(b) - waitSeconds(a));
  return { decision: longest as Refusal, called: [] };
}

/** The part between least and most for which there is enough. */
function shareOf({ budget }: PlanEntry, { least, most }: Demand, free: number): number {
  const from = spentIn(budget.unit, least);
  const span = spentIn(budget.unit, most) - from;
  return span === 0 ? 1 : (free - from) / span;
}

/** The idle amount first. */
function takeFromDatabase({ state }: PlanEntry, needed: number): void {
  if (state.idle >= needed) return;
  state.wasShort();
  state.idle = needed;
}

function refusal(
  { state, holder, budget }: PlanEntry,
  {
    needed,
    demand: { least, input },
    totals,
    nowMs,
  }: { needed: Spend; demand: Demand; totals: SlotTotals; nowMs: number },
): Refusal[] {
  const balance = {
    settled: totals.used + state.pending,
    reserved: state.reserved + totals.others.amount,
  };
  const needs = {
    needed: spentIn(budget.unit, needed),
    least: spentIn(budget.unit, least),
    input: input && spentIn(budget.unit, input),
    nowMs,
  };
  return [refusalOf({ holder, budget }, balance, needs)].filter((one) => one !== undefined);
}

/** Sets the idle amount of a slot for later requests. */
export function resize(state: SlotState, slotTotals: SlotTotalsMap, { nowMs, monotonicMs }: Moment): void {
  const totals = slotTotals.at(state.slot);
  // At the first look the call may be old.
  const isNews = state.wantedSeen !== undefined || Math.abs(nowMs - totals.wanted) < EXACT_MS;
  if (isNews && totals.wanted !== state.wantedSeen) state.exactUntilMs = monotonicMs + EXACT_MS;
  state.wantedSeen = totals.wanted;
  state.seen = Math.max(state.used, totals.used);
  state.idle = Math.max(0, state.idle);
  state.grow();
  const free = left(state, totals, state.limit) + state.idle;
  const others = slotTotals.otherLeases;
  const share = Math.floor(free * (others === 0 ? SHARE_ALONE : SHARE_AMONG / (others + 1)));
  const least = (others === 0 ? REQUESTS_ALONE_MIN : REQUESTS_AMONG_MIN) * Math.max(1, state.needed);
  const isContested = monotonicMs < state.exactUntilMs;
  state.isExact = isContested || share < least;
  const wanted =
    state.isExact || state.isQuiet || state.isClosing ? 0 : Math.min(share, state.target - state.reserved);
  if (wanted > state.idle) state.incoming = wanted - state.idle;
  else state.idle = Math.max(0, wanted);
}

/** A refusal without the database: use only grows, so a request that does not fit now cannot fit in this period. */
export function refusedForGood(
  { entries }: Plan,
  { least, input }: Demand,
  nowMs: number,
): Refusal | undefined {
  for (const { state, holder, budget, limit } of entries) {
    const needed = spentIn(budget.unit, least);
    const settled = state.used + state.pending;
    if (needed === 0 || state.limit !== limit || settled + needed <= limit) continue;
    const balance = { settled, reserved: state.reserved };
    const needs = { needed, input: input && spentIn(budget.unit, input), nowMs };
    const refused = refusalOf({ holder, budget }, balance, needs);
    if (refused !== undefined) return refused;
  }
  return undefined;
}
