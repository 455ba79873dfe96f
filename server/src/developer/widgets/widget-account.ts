import { subjectsOf } from '../../keys/index.ts';
import { payerOf, subjectOfWidget, type Bill, type Embed } from '../../widgets/index.ts';
import { takeQuestion, type Call } from '../../http/index.ts';
import { accountsOf, type Payer } from '../../models/index.ts';
import { metricsOf } from '../chat/chat-metrics.ts';
import type { WidgetServices } from '../services.ts';

/** What stands in usage reports in the place of a key. */
export const countedFor = ({ uuid, ownerId }: Embed): { keyId: string; ownerId: string } => ({
  keyId: `widget:${uuid}`,
  ownerId: ownerId ?? '',
});

/**
 * Who pays for what a visitor takes: the limits and budgets of the key that made, last changed or took over the widget, and
 * no other models than that key may use. undefined where that key has ended: nobody is answered then.
 */
export async function billOf(
  services: WidgetServices,
  { embed, workspace }: { embed: Embed; workspace: string },
  call: Pick<Call, 'countsItself' | 'countsFor' | 'runsFor'>,
): Promise<Bill | undefined> {
  const counted = countedFor(embed);
  // Before the key is looked at: what ends it from here on ends the question too.
  const own = [subjectOfWidget(embed), ...(embed.ownerId === null ? [] : [embed.ownerId])];
  call.runsFor([...own, ...(embed.payerKeyId === null ? [] : [embed.payerKeyId])]);
  const caller = await payerOf(services.widgets, embed, workspace);
  if (caller === undefined) return undefined;
  call.runsFor([...own, ...subjectsOf(caller)]);
  const payer: Payer = { caller, countedAs: counted.keyId, countsItself: () => call.countsItself() };
  return {
    selector: caller.selectors.models,
    account: accountsOf(services, payer),
    searchPayer: { account: accountsOf(services, payer, { isAside: true }) },
    metrics: metricsOf(true),
    spend: () => takeQuestion(services, caller),
    refused: (code) => call.countsFor(counted, code),
  };
}
