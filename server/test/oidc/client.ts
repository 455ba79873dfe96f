/** Keyward, as the test providers know it. */
export const CLIENT_ID = 'keyward';
export const CLIENT_SECRET = 'a-secret-of-the-client-0123456789abcdef';

/** Where browsers reach the servers of these tests; nothing listens there, and the tests follow it themselves. */
export const PUBLIC_URL = 'https://keyward.test';

/** A person of a test provider, as its claims. */
export interface ProviderPerson {
  sub: string;
  groups?: string[] | string;
  email?: string;
  email_verified?: unknown;
  preferred_username?: string;
  /** Presses Cancel. */
  refuses?: boolean;
}
