import { invalidField, KeywardError } from '../../base/errors.ts';
import type { LoginRefusal } from '../../identity/index.ts';
import type { Services } from '../services.ts';
import { suspended } from './session-answer.ts';

/** The record has the user, but not the typed name, which may be a password. */
export function refusalOf({ refusals }: Services, refusal: LoginRefusal, ip: string): KeywardError {
  const userId = 'userId' in refusal ? refusal.userId : undefined;
  const target = userId === undefined ? 'nobody' : `user:${userId}`;
  refusals.note({ actor: 'anonymous', action: 'sessions.login', target, code: refusal.why, ip });
  if (refusal.why === 'suspended') return suspended();
  if (refusal.why === 'throttled') return throttled(refusal);
  if (refusal.why === 'bounded')
    return new KeywardError(
      'scope_escalation',
      `A session would hold more than this key: ${refusal.because}.`,
      {
        hint: 'Sign in with an admin key that has no expiry, limits, budgets or parent.',
      },
    );
  return new KeywardError('wrong_credentials', 'The name, the password or the key is wrong.', {
    hint: 'Check them and try again.',
  });
}

const throttled = ({ retryAfterSeconds }: Extract<LoginRefusal, { why: 'throttled' }>): KeywardError =>
  new KeywardError('rate_limited', 'Too many attempts to sign in.', {
    hint: `Try again in ${retryAfterSeconds} s.`,
    headers: { 'retry-after': String(retryAfterSeconds) },
  });

/** For a person who is signed in, and confirms a change with the present password. */
export function unconfirmed(services: Services, refusal: LoginRefusal, ip: string): KeywardError {
  const refused = refusalOf(services, refusal, ip);
  return refusal.why === 'credentials'
    ? invalidField('current', 'must be your present password', 'Check it and try again.')
    : refused;
}

export const noUsers = (): KeywardError =>
  new KeywardError('conflict', 'There are no users on this instance.', {
    hint: 'POST /v1/session/setup makes the first one.',
  });

/** Codes and invites, which set a password and sign in, are no way around it either. @throws KeywardError `conflict` */
export function refuseUnlessPasswords({ config }: Pick<Services, 'config'>): void {
  if (config.simpleSso !== 'only') return;
  throw new KeywardError('conflict', 'Passwords do not log in here: KEYWARD_SIMPLE_SSO is "only".', {
    hint: 'Sign in where your login tokens are issued.',
  });
}
