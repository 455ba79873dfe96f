import { NO_SELECTORS } from '../../access/index.ts';
import { KeywardError } from '../../base/errors.ts';
import { callerOf, getKey } from '../../keys/index.ts';
import type { Bill, Embed } from '../../widgets/index.ts';
import { spendRequest } from '../admission.ts';
import { accountsOf } from '../model-account.ts';
import type { Payer } from '../model-account.ts';
import type { Call } from '../route.ts';
import type { Services } from '../services.ts';

/** What stands in usage reports in the place of a key. */
export const countedFor = ({ uuid, ownerId }: Embed): { keyId: string; ownerId: string } => ({
  keyId: `widget:${uuid}`,
  ownerId: ownerId ?? '',
});

/**
 * Who pays for what a visitor takes: the budgets of the key that made or last changed the widget, and no other models than
 * that key may use. Also when that key has ended: the page goes on, and what was left of its budgets.
 */
export async function billOf(
  services: Services,
  embed: Embed,
  call: Pick<Call, 'countsItself' | 'countsFor'>,
): Promise<Bill> {
  const counted = countedFor(embed);
  const caller = await payingKey(services, embed);
  const payer: Payer = { caller, countedAs: counted.keyId, countsItself: () => call.countsItself() };
  return {
    selector: caller.selectors.models,
    account: accountsOf(services, payer),
    searchPayer: { account: accountsOf(services, payer, { isAside: true }) },
    spend: async () => spendRequest(services, caller),
    refused: (code) => call.countsFor(counted, code),
  };
}

async function payingKey({ keys }: Services, { payerKeyId, ownerId }: Embed): Promise<Payer['caller']> {
  const nobody = { keyId: '', ownerId: ownerId ?? '', selectors: NO_SELECTORS, holders: [] };
  if (payerKeyId === null) return nobody;
  try {
    const { selectors, holders } = callerOf(await getKey(keys, { kind: 'system' }, payerKeyId));
    return { ...nobody, keyId: payerKeyId, selectors, holders };
  } catch (error) {
    if (error instanceof KeywardError && error.code === 'not_found') return nobody;
    throw error;
  }
}
