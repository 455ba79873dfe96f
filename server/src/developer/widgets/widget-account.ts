import { noteGrants, WIDGET_GRANTS } from '../../access/index.ts';
import { subjectsOf } from '../../keys/index.ts';
import { payerOf, subjectOfWidget, type Bill, type Embed } from '../../widgets/index.ts';
import { takeQuestion, type Call } from '../../http/index.ts';
import { accountsOf, type Payer } from '../../models/index.ts';
import { metricsOf } from '../chat/chat-metrics.ts';
import type { WidgetServices } from '../services.ts';

/** Stands in usage reports in place of a key. */
export const countedFor = ({ uuid, ownerId }: Embed): { keyId: string; ownerId: string } => ({
  keyId: `widget:${uuid}`,
  ownerId: ownerId ?? '',
});

/** The account of a visitor: the limits, budgets and models of the widget's payer. undefined: the payer has ended. */
export async function billOf(
  services: WidgetServices,
  { embed, workspace }: { embed: Embed; workspace: string },
  call: Pick<Call, 'countsItself' | 'countsFor' | 'runsFor'>,
): Promise<Bill | undefined> {
  const counted = countedFor(embed);
  // Before the key is read: if the key ends from now on, the question ends too.
  const own = [subjectOfWidget(embed), ...(embed.ownerId === null ? [] : [embed.ownerId])];
  call.runsFor([...own, ...(embed.payerKeyId === null ? [] : [embed.payerKeyId])]);
  const caller = await payerOf(services.widgets, embed, workspace);
  if (caller === undefined) return undefined;
  noteGrants(caller, WIDGET_GRANTS);
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
