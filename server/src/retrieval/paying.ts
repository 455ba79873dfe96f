import { SERVERS_OWN, type Account } from '../models/index.ts';

/** On whose account texts become vectors. */
export interface Payer {
  /** A new one for each question and each document. */
  account(): Account;
}

/** @param payer left out: the server itself, on its own account. */
export const accountOf = (payer: Payer | undefined): Account => payer?.account() ?? SERVERS_OWN;
