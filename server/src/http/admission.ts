import { decide, holdsScope, scopeRefusal, type Caller } from '../access/index.ts';
import { KeywardError } from '../base/errors.ts';
import type { Session } from '../identity/index.ts';
import type { Admission, BadKey, GoodKey } from '../keys/index.ts';
import { budgetExceeded, whose, type SpentBudget } from '../usage/index.ts';
import type { RequestContext } from './request/request-context.ts';
import { serveSession, sessionEnded } from './sessions/session-of-request.ts';
import { invalidKey } from './credentials.ts';
import { limitHeaders } from './answer/limit-headers.ts';
import { scopesOf, type Route } from './route.ts';
import type { KernelServices } from './services.ts';

/** Calls `done` once a request is admitted or refused. */
export type Gate = (context: RequestContext, done: (error?: Error) => void) => void;

/**
 * Checks key, address, scope, limits and request budgets, in this order. Synchronous where the key is in memory and has
 * no budget: the common case costs no turn of the event loop.
 */
export function gate(services: KernelServices, route: Route): Gate {
  const { surface } = route;
  const letIn = (known: GoodKey | BadKey, context: RequestContext) =>
    admitCaller(services, route, { caller: identified(services, route, { known, context }), context });
  return (context, done) => {
    const refuse = (error: Error): void => {
      if (surface.refuse === undefined) done(error);
      else surface.refuse(context, route, { error, done });
    };
    const { headers } = context.request;
    context.generation = services.keys.nodes.generation;
    try {
      const identity = services.keys.verifier.identify(surface.readCredential(headers));
      const pending =
        identity instanceof Promise
          ? identity.then((known) => letIn(known, context))
          : letIn(identity, context);
      if (pending === undefined) done();
      else void pending.then(() => done(), refuse);
    } catch (error) {
      if (headers.cookie === undefined || !isMissingKey(error)) return refuse(error as Error);
      admitSession(services, route, { context, missing: error }).then(() => done(), refuse);
    }
  };
}

/** Checks scope, limits and request budgets. */
function admitCaller(
  services: KernelServices,
  route: Route,
  { caller, context }: { caller: Caller; context: RequestContext },
): undefined | Promise<void> {
  refuseWithoutScope(caller, route);
  const { secretId, ip } = context;
  if (secretId !== undefined) services.keys.lastUsed.note(secretId, caller.keyId, ip);
  if (caller.holders.length === 0) return undefined;
  takeLimits(services, context, caller);
  return spendRequest(services, caller);
}

const isMissingKey = (error: unknown): error is KeywardError =>
  error instanceof KeywardError && error.code === 'missing_key';

/** For a request without a key but with cookies. @param missing the refusal if there is no session among them. */
async function admitSession(
  services: KernelServices,
  route: Route,
  { context, missing }: { context: RequestContext; missing: KeywardError },
): Promise<void> {
  const caller = await serveSession(services, context);
  if (caller === undefined) throw missing;
  refuseMember(route, context.session);
  await admitCaller(services, route, { caller, context });
}

/**
 * A body may take minutes to arrive: if anything was taken away from anybody meanwhile, the key is verified again. A revoked
 * key could otherwise still mint another. Guarded by developer-keys.test.ts.
 * @returns undefined if nothing was taken away.
 */
export function admitAgain(
  services: KernelServices,
  route: Route,
  context: RequestContext,
): Promise<true> | undefined {
  const { nodes, verifier } = services.keys;
  if (context.caller === undefined) return undefined;
  if (context.session !== undefined) return admitSessionAgain(services, route, context);
  if (context.generation === nodes.generation && nodes.leaseHolds()) return undefined;
  context.generation = nodes.generation;
  return Promise.resolve(verifier.identify(route.surface.readCredential(context.request.headers))).then(
    (known) => {
      refuseWithoutScope(identified(services, route, { known, context }), route);
      return true;
    },
  );
}

/** Its workspaces may have been taken away too, which no change announces. */
async function admitSessionAgain(
  services: KernelServices,
  route: Route,
  context: RequestContext,
): Promise<true> {
  context.generation = services.nodes.generation;
  const caller = await serveSession(services, context);
  if (caller === undefined) throw sessionEnded();
  refuseMember(route, context.session);
  refuseWithoutScope(caller, route);
  return true;
}

/** @throws KeywardError `invalid_key`, always the same; the audit record has the reason. */
function identified(
  { refusals }: KernelServices,
  route: Route,
  { known, context }: { known: GoodKey | BadKey; context: RequestContext },
): Caller {
  const { ip } = context;
  const refuse = (code: string): KeywardError => {
    const { key } = known;
    const actor = key === undefined ? 'anonymous' : (`key:${key.id}` as const);
    refusals.note({ actor, action: route.id, target: route.path, code, ip });
    return invalidKey();
  };
  if (!known.valid) throw refuse(known.code);
  // A caller at a wrong address must not learn that the key is good.
  if (!decide(known.caller, { ip }).allowed) throw refuse('ip_denied');
  context.caller = known.caller;
  context.secretId = known.secretId;
  return known.caller;
}

function refuseWithoutScope(caller: Caller, route: Route): void {
  const missing = scopesOf(route).find((scope) => !holdsScope(caller, scope));
  if (missing !== undefined) throw scopeRefusal(caller, missing);
}

/**
 * A member of a workspace sees its own chats there; a key with the same scopes sees those of all members.
 * @throws KeywardError `forbidden_resource`
 */
function refuseMember({ access, isForMembers }: Route, session: Session | undefined): void {
  const isMember = session?.kind === 'user' && session.user.role === 'default';
  if (!isMember || access === 'any' || isForMembers === true) return;
  throw new KeywardError('forbidden_resource', 'This endpoint is not for users of the role default.', {
    hint: 'Those under /api/workspace show your own workspaces and chats.',
  });
}

function takeLimits({ keys }: KernelServices, context: RequestContext, caller: Caller): void {
  const { keyId, limits, holders } = caller;
  const admission = keys.limits.admit(holders);
  if (limits.length > 0) limitHeaders(context.headers, limits, keys.limits.view(keyId, limits));
  if (admission.admitted) return context.holds(admission.release);
  throw limitReached(admission, keyId);
}

function limitReached(
  { limit, holder, retryAfterSeconds }: Extract<Admission, { admitted: false }>,
  keyId: string,
): KeywardError {
  return new KeywardError(
    'rate_limited',
    `The limit "${limit.name}" of ${whose(holder, keyId)} is reached.`,
    {
      hint: `Try again in ${retryAfterSeconds} s.`,
      headers: { 'retry-after': String(retryAfterSeconds) },
    },
  );
}

/**
 * Takes a question without a key, such as one in a session or to a widget, from the limits and request budgets of its payer.
 * @returns call it at the end: until then the question counts as running.
 * @throws KeywardError `rate_limited`, `budget_exceeded`
 */
export async function takeQuestion(
  services: KernelServices,
  payer: Pick<Caller, 'keyId' | 'holders'>,
): Promise<() => void> {
  const admission = services.keys.limits.admit(payer.holders);
  if (!admission.admitted) throw limitReached(admission, payer.keyId);
  try {
    await spendRequest(services, payer);
    return admission.release;
  } catch (error) {
    admission.release();
    throw error;
  }
}

/**
 * Takes one request from the request budgets of all holders. @returns undefined where memory has enough.
 * @throws KeywardError `budget_exceeded`
 */
function spendRequest(
  { keys, clock }: KernelServices,
  { keyId, holders }: Pick<Caller, 'keyId' | 'holders'>,
): undefined | Promise<void> {
  if (!holders.some(({ budgets }) => budgets.some(({ unit }) => unit === 'requests'))) return undefined;
  const refuse = (spent: SpentBudget | null): void => {
    if (spent !== null) throw budgetExceeded(clock, keyId, spent);
  };
  const spent = keys.budgets.spend(holders, 1);
  if (spent instanceof Promise) return spent.then(refuse);
  refuse(spent);
  return undefined;
}
