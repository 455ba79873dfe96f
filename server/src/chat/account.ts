import type { Account } from '../models/index.ts';

export type { Account };

/** Where no key is behind a request: a widget's visitor. */
export const NO_ACCOUNT: Account = {
  reserve: async () => undefined,
  answeredBy: () => undefined,
  notAnswered: () => undefined,
  settle: () => undefined,
};
