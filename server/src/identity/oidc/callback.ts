import type { Identity } from '../identity.ts';
import type { Device } from '../login/sessions.ts';
import type { User } from '../user.ts';
import type { OidcProvider } from './provider.ts';
import { signInWithProvider } from './sign-in.ts';
import { SignInFailure } from './sign-in-failure.ts';
import { openTransaction, sealTransaction, TRANSACTION_MS } from './transaction.ts';

/**
 * Begins a sign-in. @returns where the browser goes, and what it keeps until it comes back.
 * @throws SignInFailure
 */
export async function beginSignIn(
  identity: Identity,
  provider: OidcProvider,
  returnTo: string,
): Promise<{ url: string; kept: string }> {
  const { sealing, clock } = identity.keys;
  if (!(await identity.isMultiUser())) throw new SignInFailure('oidc_single_user');
  const { url, secrets } = await provider.begin();
  const expiresAt = clock.nowMs() + TRANSACTION_MS;
  return { url: url.href, kept: sealTransaction(sealing, { ...secrets, returnTo, expiresAt }) };
}

interface Callback {
  /** What the browser has kept. */
  kept: string | undefined;
  /** The parameters that the provider sent. */
  answer: URLSearchParams;
  device: Device;
  /** Called with the subjects of the user: the request ends if the user is suspended meanwhile. */
  runsFor: (subjects: readonly string[]) => void;
}

/** Ends the sign-in of a browser, once. @throws SignInFailure */
export async function endSignIn(
  identity: Identity,
  provider: OidcProvider,
  { kept, answer, device, runsFor }: Callback,
): Promise<{ token: string; user: User; returnTo: string }> {
  const { throttle } = identity;
  const { sealing, clock } = identity.keys;
  const transaction = kept === undefined ? undefined : openTransaction(sealing, kept, clock.nowMs());
  // Without it somebody could have the browser end a sign-in as another person.
  if (transaction === undefined || answer.get('state') !== transaction.state)
    throw new SignInFailure('oidc_expired');
  const attempt = { username: undefined, ip: device.ip };
  if ('retryAfterSeconds' in (await throttle.take(attempt))) throw new SignInFailure('oidc_throttled');
  try {
    const person = await provider.finish(answer, transaction);
    const { settings } = provider;
    const result = await signInWithProvider(identity, { person, settings, transaction, device, runsFor });
    if (!result.ok) throw new SignInFailure(result.why, result.userId);
    await throttle.forgive(attempt);
    return { ...result, returnTo: transaction.returnTo };
  } catch (error) {
    // Its failures are no attempts of the network.
    if (error instanceof SignInFailure && error.code === 'oidc_unavailable') await throttle.forgive(attempt);
    throw error;
  }
}
