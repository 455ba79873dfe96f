import type { NameSelector } from '../../access/index.ts';
import type { Share } from '../../usage/index.ts';
import type { Demand } from '../request/estimate.ts';
import type { Submitter } from '../upstreams/remote-models.ts';
import type { UsageReport } from './settlement.ts';

/** The account that pays for a request to a model, or for several that belong together. */
export interface Account {
  /** See `ForwardRequest`. */
  readonly callerId: string;
  /** See `ForwardRequest`. */
  readonly submitter?: Submitter | undefined;
  /** The models that its key may use; undefined: all. */
  readonly selector: NameSelector | undefined;
  /** Whether tokens or money are counted against a budget: nothing is sent before `reserve`. */
  readonly isBudgeted: boolean;
  /** Whether one of these budgets is in USD: models without a price are refused. */
  readonly countsMoney: boolean;
  /**
   * Reserves from the budgets; synchronously if memory has enough.
   * @returns the reserved share of the demand.
   * @throws KeywardError `budget_exceeded`, `budget_too_small`
   */
  reserve(demand: Demand): Share | Promise<Share>;
  /** An answer has begun. */
  answeredBy(model: string): void;
  notAnswered(): void;
  /** Called once, in every case, also before `answeredBy`: a short answer has ended when the call returns. */
  settle(report: UsageReport): void;
}

/** The account of the server's own work, such as embedding documents again after a change of settings: no budget. */
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
