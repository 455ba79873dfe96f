import { decide, type BudgetView, type Caller, type Resource, type Scope } from '../../access/index.ts';
import type { KeysContext } from '../context.ts';
import { budgetsLeft, limitsLeft, type Shared } from './left.ts';
import { lineOf, type Key } from '../key.ts';
import type { GoodKey } from './key-memory.ts';
import type { LimitView } from '../limits/limits.ts';
import type { BadKey } from './verifier.ts';

export const VERIFY_CODES = [
  'valid',
  'not_found',
  'malformed',
  'expired',
  'disabled',
  'quarantined',
  'revoked',
  'insufficient_scope',
  'forbidden_resource',
  'ip_denied',
  'rate_limited',
  'budget_exceeded',
] as const;
export type VerifyCode = (typeof VERIFY_CODES)[number];

export interface VerifyQuestion {
  /** The text of the key. */
  key: string;
  scope?: Scope | undefined;
  resource?: Resource | undefined;
  /** The address the key was used from; without one the last known address stays. */
  ip?: string | undefined;
  /** Requests that it counts for. @default 1 */
  cost?: number | undefined;
  explain?: boolean | undefined;
  /** Whether its holder uses it now: takes from limits and budgets, and is its last use. @default true */
  consume?: boolean | undefined;
}

export interface Check {
  check: 'form' | 'known' | 'state' | 'address' | 'scope' | 'resource' | 'limits' | 'budgets';
  outcome: 'passed' | 'failed' | 'not_asked' | 'not_reached';
  input: string | null;
  detail: string;
}

export interface Verdict {
  valid: boolean;
  code: VerifyCode;
  /** Null where no key has this secret. */
  key_id: string | null;
  owner: { id: string; name: string } | null;
  scopes: readonly string[];
  metadata: Record<string, unknown>;
  limits: (LimitView & Shared)[];
  budgets: (BudgetView & Shared)[];
  explanation?: Check[];
}

interface Failure {
  check: Check['check'];
  code: VerifyCode;
  detail: string;
}

/** Never throws for a bad key. */
export function verify(context: KeysContext, question: VerifyQuestion): Verdict | Promise<Verdict> {
  const identity = context.verifier.identify(question.key);
  if (identity instanceof Promise) return identity.then((known) => answer(context, question, known));
  return answer(context, question, identity);
}

/** A question about a key that was found already. */
export type KeyQuestion = Omit<VerifyQuestion, 'key'>;

export function answer(
  context: KeysContext,
  question: KeyQuestion,
  identity: GoodKey | BadKey,
): Verdict | Promise<Verdict> {
  if (!identity.valid) {
    const { code, reason, key } = identity;
    const check = code === 'malformed' ? 'form' : code === 'not_found' ? 'known' : 'state';
    return verdict(context, question, { key, failure: { check, code, detail: reason } });
  }
  const { key, caller } = identity;
  const failure = refusal(question, identity) ?? overLimit(context, question, identity);
  if (caller.holders.some(({ budgets }) => budgets.length > 0))
    return withBudgets(context, question, { identity, failure });
  if (failure === undefined) noteUse(context, question, identity);
  return verdict(context, question, { key, caller, failure });
}

/** A look at a key is not a use: who checks a leaked or an old key must still see who used it, and when. */
function noteUse({ lastUsed }: KeysContext, { consume = true, ip, scope }: KeyQuestion, good: GoodKey): void {
  if (!consume) return;
  lastUsed.note(good.secretId, good.key.id, ip);
  if (scope !== undefined) good.caller.uses?.note(scope);
}

function refusal({ scope, resource, ip }: KeyQuestion, { key, caller }: GoodKey): Failure | undefined {
  const quarantined = lineOf(key).find(({ storedState }) => storedState === 'quarantined');
  if (quarantined !== undefined && (scope === undefined || !decide(caller, { action: scope }).allowed)) {
    // The reason of an ancestor is for its owner only: it may say where the key was found.
    const detail =
      quarantined === key
        ? `The key is quarantined (${key.stateReason ?? 'no reason given'}) and may only read.`
        : 'An ancestor of the key is quarantined, so the key may only read.';
    return { check: 'state', code: 'quarantined', detail };
  }
  const decision = decide(caller, { action: scope, resource, ip });
  if (decision.allowed) return undefined;
  const check = {
    ip_denied: 'address',
    insufficient_scope: 'scope',
    forbidden_resource: 'resource',
  } as const;
  return { check: check[decision.code], code: decision.code, detail: decision.reason };
}

function overLimit(
  { limits }: KeysContext,
  { cost = 1, consume = true }: KeyQuestion,
  { caller }: GoodKey,
): Failure | undefined {
  if (!consume) {
    const full = limits.fullLimit(caller.holders, cost);
    return full === undefined
      ? undefined
      : { check: 'limits', code: 'rate_limited', detail: fullDetail(full.name) };
  }
  const admission = limits.admit(caller.holders, { cost, hold: false });
  if (admission.admitted) return undefined;
  return { check: 'limits', code: 'rate_limited', detail: fullDetail(admission.limit.name) };
}

const fullDetail = (name: string): string => `The limit "${name}" is reached.`;

async function withBudgets(
  context: KeysContext,
  question: KeyQuestion,
  { identity, failure }: { identity: GoodKey; failure: Failure | undefined },
): Promise<Verdict> {
  const { budgets } = context;
  const { key, caller } = identity;
  const consume = question.consume ?? true;
  let found = failure;
  if (found === undefined && consume) {
    const spent = await budgets.spend(caller.holders, question.cost ?? 1);
    if (spent !== null) found = spentFailure(spent);
  }
  const views = await budgetsLeft(context, caller);
  // A budget that this question has emptied had room for it.
  const empty = views.find((view) => view.spent && (view.unit !== 'requests' || !consume));
  if (found === undefined && empty !== undefined) found = spentFailure(empty);
  if (found === undefined) noteUse(context, question, identity);
  return verdict(context, question, { key, caller, failure: found, budgets: views });
}

const spentFailure = ({ name }: BudgetView): Failure => ({
  check: 'budgets',
  code: 'budget_exceeded',
  detail: `The budget "${name}" is spent.`,
});

function verdict(
  context: KeysContext,
  question: KeyQuestion,
  found: {
    key?: Key | undefined;
    caller?: Caller;
    failure: Failure | undefined;
    budgets?: Verdict['budgets'];
  },
): Verdict {
  const { key, caller, failure, budgets = [] } = found;
  const result: Verdict = {
    valid: failure === undefined,
    code: failure?.code ?? 'valid',
    key_id: key?.id ?? null,
    owner: key === undefined ? null : { id: key.owner.id, name: key.owner.name },
    scopes: caller?.grants ?? key?.grants ?? [],
    metadata: key?.metadata ?? {},
    limits: caller === undefined ? [] : limitsLeft(context, caller),
    budgets,
  };
  if (question.explain === true) result.explanation = explanation(question, key, failure);
  return result;
}

/** The checks in their order. */
function explanation(question: KeyQuestion, key: Key | undefined, failure: Failure | undefined): Check[] {
  const { scope, resource, ip, cost = 1 } = question;
  const asked: [Check['check'], string | null, string][] = [
    ['form', null, 'The text is complete, or has the form of an imported key.'],
    ['known', key?.id ?? null, 'A key has this secret.'],
    ['state', key?.storedState ?? null, 'Key, secret and owner are active.'],
    ['address', ip ?? null, 'The key works from this address.'],
    ['scope', scope ?? null, 'The key holds the scope.'],
    [
      'resource',
      resource === undefined ? null : `${resource.type} ${resource.id}`,
      'The key covers the resource.',
    ],
    ['limits', String(cost), 'Every limit has room.'],
    ['budgets', String(cost), 'Every budget has room.'],
  ];
  let reached = true;
  return asked.map(([check, input, detail]): Check => {
    if (!reached) return { check, outcome: 'not_reached', input, detail: 'An earlier check failed.' };
    if (failure?.check === check) {
      reached = false;
      return { check, outcome: 'failed', input, detail: failure.detail };
    }
    const optional = check === 'address' || check === 'scope' || check === 'resource';
    if (optional && input === null)
      return { check, outcome: 'not_asked', input, detail: 'The request did not name one.' };
    return { check, outcome: 'passed', input, detail };
  });
}
