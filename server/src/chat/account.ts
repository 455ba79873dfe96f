import type { JsonObject, UsageReport } from '../models/index.ts';

/** Who pays for one request to a model; `gateway` has the one of a key. */
export interface Account {
  /** Holds what the request may take. @throws KeywardError `budget_exceeded` */
  reserve(request: { path: string; model: string; parsed: JsonObject; bytes: number }): Promise<void>;
  /** An answer has begun. */
  answeredBy(model: string): void;
  notAnswered(): void;
  /** What it took, told once, whatever became of it. */
  settle(report: UsageReport): void;
}

/** Where no key is behind a request: a widget's visitor. */
export const NO_ACCOUNT: Account = {
  reserve: async () => undefined,
  answeredBy: () => undefined,
  notAnswered: () => undefined,
  settle: () => undefined,
};
