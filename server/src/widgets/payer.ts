import { excesses, holdingsOfCaller, worthOf, type Caller } from '../access/index.ts';
import { callerOfKey, refuseExcess, refuseStronger } from '../keys/index.ts';
import type { WidgetsContext } from './context.ts';
import type { Embed } from './embed.ts';

/** `ended`: its payer has ended or holds too little. `unpaid`: imported, and not adopted yet. */
export type EmbedState = 'active' | 'disabled' | 'ended' | 'unpaid';

/**
 * A widget is a chat in its workspace, from every address: a key that makes, changes or adopts it becomes its payer and must
 * hold that. Guarded by widget-payer.test.ts.
 * @throws KeywardError `scope_escalation`
 */
export const refuseUnheld = (caller: Caller, workspace: string): void =>
  refuseExcess({ kind: 'key', caller }, worthFor(caller, workspace));

const worthFor = (payer: Caller, workspace: string) =>
  worthOf({ kind: 'widget', workspace, payer: holdingsOfCaller(payer) });

/** A key that may not change a widget may not delete it. Guarded by widget-payer.test.ts. @throws KeywardError `scope_escalation` */
export const refuseWeaker = (caller: Caller, workspace: string): void =>
  refuseStronger({ kind: 'key', caller }, worthFor(caller, workspace));

/**
 * The payer as it is now. undefined where it has ended, was quarantined, or could not make the widget any more: then the
 * widget has ended too. Guarded by widget-payer.test.ts.
 */
export async function payerOf(
  { keys }: WidgetsContext,
  { payerKeyId }: Embed,
  workspace: string,
): Promise<Caller | undefined> {
  const caller = payerKeyId === null ? undefined : await callerOfKey(keys, payerKeyId);
  if (caller === undefined) return undefined;
  const excess = excesses(holdingsOfCaller(caller), worthFor(caller, workspace));
  return excess.length === 0 ? caller : undefined;
}

export async function stateOf(context: WidgetsContext, embed: Embed, workspace: string): Promise<EmbedState> {
  if (!embed.enabled) return 'disabled';
  if (embed.payerKeyId === null) return 'unpaid';
  return (await payerOf(context, embed, workspace)) === undefined ? 'ended' : 'active';
}
