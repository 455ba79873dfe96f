import type { BudgetView, Caller, Holder } from '../../access/index.ts';
import type { KeysContext } from '../context.ts';
import type { LimitView } from '../limits/meters.ts';

/** `of`: a limit or budget of an ancestor or an owner. Without its name, which the caller may not know. */
export interface Shared {
  of?: 'ancestor' | 'owner';
}

function shared<T extends object>(holder: Holder, { keyId }: Caller, view: T): T & Shared {
  if (holder.kind === 'owner') return { ...view, of: 'owner' };
  return holder.id === keyId ? view : { ...view, of: 'ancestor' };
}

/** The caller's own limits first. */
export function limitsLeft({ limits }: Pick<KeysContext, 'limits'>, caller: Caller): (LimitView & Shared)[] {
  const left: (LimitView & Shared)[] = [];
  for (const holder of caller.holders)
    for (const view of limits.view(holder.id, holder.limits)) left.push(shared(holder, caller, view));
  return left;
}

export async function budgetsLeft(
  { budgets }: Pick<KeysContext, 'budgets'>,
  caller: Caller,
): Promise<(BudgetView & Shared)[]> {
  const views = await budgets.views(caller.holders);
  return caller.holders.flatMap((holder) =>
    (views.get(holder.id) ?? []).map((view) => shared(holder, caller, view)),
  );
}
