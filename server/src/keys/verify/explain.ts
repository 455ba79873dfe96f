import type { Actor } from '../../access/index.ts';
import type { KeysContext } from '../context.ts';
import { callerOf, secretEnded, type KeyWithSecrets } from '../key.ts';
import { getKey } from '../keys.ts';
import type { GoodKey } from './key-memory.ts';
import { whyEnded, type BadKey } from './verifier.ts';
import { answer, type Check, type KeyQuestion, type Verdict } from './verify.ts';

export type ExplainQuestion = Omit<KeyQuestion, 'explain' | 'consume'>;

/** What only the text of a key can fail. */
const OF_TEXT: readonly Check['check'][] = ['form', 'known'];

/**
 * Says what a key may do now, without its text: for the owner of a key who asks why a request was refused. It leaves no trace.
 * @throws KeywardError `not_found`, also for a key that the actor may not see.
 */
export async function explain(
  context: KeysContext,
  actor: Actor,
  { id, question }: { id: string; question: ExplainQuestion },
): Promise<Verdict> {
  const key = await getKey(context, actor, id);
  const known = identityOf(key, context.clock.nowMs());
  const verdict = await answer(context, { ...question, explain: true, consume: false }, known);
  const checks = verdict.explanation?.filter(({ check }) => !OF_TEXT.includes(check)) ?? [];
  return { ...verdict, explanation: checks };
}

function identityOf(key: KeyWithSecrets, nowMs: number): GoodKey | BadKey {
  const ended = whyEnded(key, nowMs);
  if (ended !== undefined) return { valid: false, ...ended, key };
  const secret = key.secrets.find((one) => !secretEnded(one, nowMs));
  if (secret === undefined)
    return { valid: false, code: 'expired', reason: 'Every secret of the key has ended.', key };
  return { valid: true, key, caller: callerOf(key), secretId: secret.id, goodUntilMs: nowMs };
}
