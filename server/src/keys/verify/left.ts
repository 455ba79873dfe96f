import type { BudgetView, Caller, Holder } from '../../access/index.ts';
import type { KeysContext } from '../context.ts';
import type { LimitView } from '../limits/meters.ts';

/** Where a limit or budget is not of the key itself: of a key above it, or of an owner. No name: it may be somebody else's. */
export interface Shared {
  of?: 'ancestor' | 'owner';
}

function shared<T extends object>(holder: Holder, { keyId }: Caller, view: T): T & Shared {
  if (holder.kind === 'owner') return { ...view, of: 'owner' };
  return holder.id === keyId ? view : { ...view, of: 'ancestor' };
}

/** What is left of all limits that the requests of a caller count against; its own first. */
export function limitsLeft({ limits }: Pick<KeysContext, 'limits'>, caller: Caller): (LimitView & Shared)[] {
  const left: (LimitView & Shared)[] = [];
  for (const holder of caller.holders)
    for (const view of limits.view(holder.id, holder.limits)) left.push(shared(holder, caller, view));
  return left;
}

/** The same of all budgets, in the same order. */
export async function budgetsLeft(
  { budgets }: Pick<KeysContext, 'budgets'>,
  caller: Caller,
): Promise<(BudgetView & Shared)[]> {
  const views = await budgets.views(caller.holders);
  return caller.holders.flatMap((holder) =>
    (views.get(holder.id) ?? []).map((view) => shared(holder, caller, view)),
  );
}
