import type { NameSelector } from '../../access/index.ts';
import type { Share } from '../../usage/index.ts';
import type { Demand } from '../request/estimate.ts';
import type { UsageReport } from './settlement.ts';

/** Who pays for a request to a model, or for several that belong together; `gateway` has the one of a key. */
export interface Account {
  /** Whose requests they are; for `ForwardRequest`. */
  readonly callerId: string;
  /** The models that its key may use; undefined: all. */
  readonly selector: NameSelector | undefined;
  /** Whether tokens or money are counted against a budget: nothing is sent before `reserve`. */
  readonly isBudgeted: boolean;
  /** Whether one of these budgets is in USD: models without a price are refused. */
  readonly countsMoney: boolean;
  /**
   * Holds what the request may take. At once where it can.
   * @returns how much of it.
   * @throws KeywardError `budget_exceeded`
   */
  reserve(demand: Demand): Share | Promise<Share>;
  /** An answer has begun. */
  answeredBy(model: string): void;
  notAnswered(): void;
  /** What it took, told once, whatever became of it. */
  settle(report: UsageReport): void;
}

/** What the server does on its own, such as embedding documents anew after a change of the settings: nobody's budget. */
export const SERVERS_OWN: Account = {
  callerId: '',
  selector: undefined,
  isBudgeted: false,
  countsMoney: false,
  reserve: () => 'whole',
  answeredBy: () => undefined,
  notAnswered: () => undefined,
  settle: () => undefined,
};
