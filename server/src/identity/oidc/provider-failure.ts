import * as client from 'openid-client';
import { UnreachableProvider } from './provider-fetch.ts';
import { SignInFailure } from './sign-in-failure.ts';

/** @returns with the reason for the log: a code, never a text of the provider, which could repeat a secret. */
export function failureOf(error: unknown): { failure: SignInFailure; reason: string } {
  if (error instanceof SignInFailure) return { failure: error, reason: error.code };
  if (error instanceof client.AuthorizationResponseError)
    return { failure: new SignInFailure('oidc_denied'), reason: plainCode(error.error) };
  if (error instanceof client.ResponseBodyError)
    return { failure: new SignInFailure('oidc_invalid'), reason: plainCode(error.error) };
  const unreachable = causesOf(error).find((cause) => cause instanceof UnreachableProvider);
  if (unreachable !== undefined)
    return { failure: new SignInFailure('oidc_unavailable'), reason: unreachable.message };
  const { code } = error as { code?: unknown };
  if (code === 'OAUTH_TIMEOUT')
    return { failure: new SignInFailure('oidc_unavailable'), reason: 'it does not answer in time' };
  // Messages of the library are fixed texts.
  const reason = error instanceof client.ClientError ? error.message : 'an unexpected answer';
  const claim = claimOf(error);
  return {
    failure: new SignInFailure('oidc_invalid'),
    reason: claim === '' ? reason : `${reason}: ${claim}`,
  };
}

function causesOf(error: unknown): Error[] {
  const causes: Error[] = [];
  for (let at = error; at instanceof Error && causes.length < 5; at = at.cause) causes.push(at);
  return causes;
}

/** The name of the claim that was refused, such as `nonce`; not its value. */
function claimOf(error: unknown): string {
  const { claim } = (causesOf(error).at(-1)?.cause ?? {}) as { claim?: unknown };
  return typeof claim === 'string' && /^[a-z_]{1,20}$/.test(claim) ? claim : '';
}

/** Such as `access_denied`. */
const plainCode = (text: string): string => (/^[a-z_]{1,60}$/.test(text) ? text : 'an unknown error code');
