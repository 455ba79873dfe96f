import { holdsScope, isBound, lackOf, type Caller } from '../../access/index.ts';
import { callerOfKey, enterKeyWork, type KeysContext, type KeyWork } from '../../keys/index.ts';
import { accountsOf } from '../../models/index.ts';
import type { Db } from '../../storage/index.ts';
import type { Budgets, UsageCounters } from '../../usage/index.ts';
import type { Payer } from '../context.ts';
import type { Asker } from './pending-store.ts';

export interface AskersParts {
  keys: KeysContext;
  budgets: Budgets;
  counters: UsageCounters;
  /** The collections that a key bound to workspaces covers. */
  coverage: (db: Db, caller: Caller) => Promise<number[]>;
}

/** In flight for its key; `leave` at the end. */
export interface AtWork {
  work: KeyWork;
  payer: Payer;
}

/** Among the requests in flight. */
const ROUTE = 'documents.pending';
const ENDED = 'The key that put it there has ended.';

/**
 * The key that put a document into a collection, as it is now: it pays, and a change that takes it away ends the work.
 * @returns a sentence where it may not do so any more.
 */
export async function enterAsker(
  { keys, budgets, counters, coverage }: AskersParts,
  { keyId, scope }: Asker,
  collectionId: number,
): Promise<AtWork | string> {
  const callerNow = async (): Promise<Caller | undefined> => {
    const caller = await callerOfKey(keys, keyId);
    return (caller?.expiresAt ?? Infinity) > keys.clock.nowMs() ? caller : undefined;
  };
  const work = await enterKeyWork(keys, { route: ROUTE, callerNow });
  if (work === undefined) return ENDED;
  const { caller } = work;
  const why = await lacking(caller);
  if (why === undefined) {
    const payer = { caller, countsItself: () => undefined };
    return { work, payer: { account: accountsOf({ budgets, counters }, payer, { isAside: true }) } };
  }
  work.leave();
  return why;

  async function lacking(now: Caller): Promise<string | undefined> {
    if (!holdsScope(now, scope)) return `${lackOf(now, scope)} It put the document there.`;
    if (!isBound(now) || (await coverage(keys.storage.db, now)).includes(collectionId)) return undefined;
    return 'The key that put it there does not cover this workspace any more.';
  }
}
