import type { Caller } from './caller.ts';
import { excesses } from './escalation.ts';
import { inRanges, NO_SELECTORS, selectsByAny, type ResourceType, type Selectors } from './selectors.ts';
import { EVERYTHING } from './worth.ts';

/** What a key may do, without limits and budgets, which count when something begins. */
export interface Rights {
  grants: readonly string[];
  selectors: Selectors;
  /** ms since 1970; null: never. */
  expiresAt: number | null;
}

/** What a change leaves to its subject, as JSON in `node_changes.rights`: rights, or every workspace but one. */
export type Left = Rights | { notIn: string };

export const rightsOf = ({ grants, selectors, expiresAt }: Rights): Rights => ({
  grants,
  selectors,
  expiresAt,
});

/** `one model`: the model that the work has asked, and none after it; until it has, the selector of models. */
export type NeededType = ResourceType | 'one model';

/** The part of its caller's rights that running work needs: these scopes, and the selectors of these types. */
export interface Needs {
  scopes: readonly string[];
  types: readonly NeededType[];
}

interface Work {
  /** As it was when the work began. */
  caller: Pick<Caller, 'grants' | 'selectors'>;
  /** Left out: all of them. Whatever a handler may look at is kept from it once a part of it is lost. */
  needs?: Needs | undefined;
  /** Left out: it came from no address. */
  ip?: string | undefined;
  /** The names of each route to the model that it has asked; left out: it has not asked yet. */
  asked?: readonly (readonly string[])[] | undefined;
}

const NOTHING = { allow: [], deny: ['*'] };

/**
 * Whether running work needs no more than what is left to its key, or to an ancestor of it. Its expiry is no part of the
 * answer. Guarded by rights.test.ts and api/running/narrowed-keys.test.ts.
 */
export function isWithin(left: Rights, { caller, needs, ip, asked }: Work): boolean {
  const { ips } = left.selectors;
  if (ip !== undefined && ips.length > 0 && !inRanges(ips, ip)) return false;
  const asksOne = needs?.types.includes('one model') === true;
  if (asksOne && asked?.every((names) => selectsByAny(left.selectors.models, names)) === false) return false;
  const { workspaces, models, workers } = caller.selectors;
  const isNeeded = (type: ResourceType): boolean =>
    needs === undefined || needs.types.includes(type) || (type === 'model' && asksOne && asked === undefined);
  const needed = (type: ResourceType, selector: typeof models) => (isNeeded(type) ? selector : NOTHING);
  const selectors = {
    workspaces: needed('workspace', workspaces),
    models: needed('model', models),
    workers: needed('worker', workers),
    ips: [],
  };
  const maker = {
    ...EVERYTHING,
    grants: left.grants,
    selectors: { ...left.selectors, ips: NO_SELECTORS.ips },
  };
  return excesses(maker, { ...EVERYTHING, grants: needs?.scopes ?? caller.grants, selectors }).length === 0;
}
