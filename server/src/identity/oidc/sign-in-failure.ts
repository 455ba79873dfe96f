/** Why a sign-in failed. The sign-in page gets the code, and has a text for each. */
export const SIGN_IN_FAILURES = {
  oidc_unavailable: 'The provider cannot be reached.',
  oidc_denied: 'The provider refused, or the person has cancelled.',
  oidc_expired: 'The sign-in took too long, was used already, or began in another browser.',
  oidc_invalid: 'The answer of the provider is not valid.',
  oidc_no_role: 'The person is in no group that has a role.',
  oidc_suspended: 'The user is suspended.',
  oidc_single_user: 'This server is not in multi-user mode.',
  oidc_throttled: 'There were too many attempts from this network.',
} as const;

export type SignInFailureCode = keyof typeof SIGN_IN_FAILURES;

export class SignInFailure extends Error {
  readonly code: SignInFailureCode;
  /** For the audit record. */
  readonly userId: number | undefined;

  constructor(code: SignInFailureCode, userId?: number) {
    super(SIGN_IN_FAILURES[code]);
    this.name = 'SignInFailure';
    this.code = code;
    this.userId = userId;
  }
}
