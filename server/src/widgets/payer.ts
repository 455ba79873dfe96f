import { excesses, holdingsOfCaller, worthOf, type Caller } from '../access/index.ts';
import { callerOfKey, refuseExcess, refuseStronger } from '../keys/index.ts';
import type { WidgetsContext } from './context.ts';
import type { Embed } from './embed.ts';

/** `ended`: its payer has ended or holds too little. `unpaid`: it moved in, and nobody has taken it over yet. */
export type EmbedState = 'active' | 'disabled' | 'ended' | 'unpaid';

/**
 * A widget is a chat in its workspace, from everywhere. Whoever makes or changes one, or takes one over, becomes its payer
 * and must hold that. Guarded by widget-payer.test.ts.
 * @throws KeywardError `scope_escalation`
 */
export function refuseUnheld(manager: Caller, workspace: string): void {
  refuseExcess(
    { kind: 'key', caller: manager },
    worthOf({ kind: 'widget', workspace, payer: holdingsOfCaller(manager) }),
  );
}

/**
 * Whoever may not make or change a widget may not take it away either. Guarded by widget-payer.test.ts.
 * @throws KeywardError `scope_escalation`
 */
export function refuseWeaker(manager: Caller, workspace: string): void {
  refuseStronger(
    { kind: 'key', caller: manager },
    worthOf({ kind: 'widget', workspace, payer: holdingsOfCaller(manager) }),
  );
}

/**
 * The key that pays for what visitors take, as it is now: a widget ends with it. undefined where it has ended, was
 * quarantined, or could not make the widget any more. Guarded by widget-payer.test.ts.
 */
export async function payerOf(
  { keys }: WidgetsContext,
  { payerKeyId }: Embed,
  workspace: string,
): Promise<Caller | undefined> {
  const caller = payerKeyId === null ? undefined : await callerOfKey(keys, payerKeyId);
  if (caller === undefined) return undefined;
  const holdings = holdingsOfCaller(caller);
  const widget = worthOf({ kind: 'widget', workspace, payer: holdings });
  return excesses(holdings, widget).length === 0 ? caller : undefined;
}

export async function stateOf(context: WidgetsContext, embed: Embed, workspace: string): Promise<EmbedState> {
  if (!embed.enabled) return 'disabled';
  if (embed.payerKeyId === null) return 'unpaid';
  return (await payerOf(context, embed, workspace)) === undefined ? 'ended' : 'active';
}
