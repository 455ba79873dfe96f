import type { NameSelector } from '../access/index.ts';
import type { RequestBody } from './request-members.ts';
import type { UsageReport } from './settlement.ts';

/** Who pays for a request to a model, or for several that belong together; `gateway` has the one of a key. */
export interface Account {
  /** Whose requests they are; for `ForwardRequest`. */
  readonly callerId: string;
  /** Holds what the request may take. @param request.selector in place of the key's own. @throws KeywardError `budget_exceeded` */
  reserve(request: {
    path: string;
    model: string;
    parsed: RequestBody;
    bytes: number;
    selector?: NameSelector;
  }): Promise<void>;
  /** An answer has begun. */
  answeredBy(model: string): void;
  notAnswered(): void;
  /** What it took, told once, whatever became of it. */
  settle(report: UsageReport): void;
}
