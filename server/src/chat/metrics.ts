import type { UsageReport } from '../models/index.ts';

/** What an answer took, as the surface shows and keeps it. */
export type Metrics = Record<string, unknown>;

/** What an answer took. */
export interface Measured {
  usage: Pick<UsageReport, 'tokensIn' | 'tokensOut' | 'usdNano'>;
  durationMs: number;
  model: string;
  provider: string;
  nowMs: number;
}

/** Of several requests to models that made one answer. */
export function summed(reports: readonly UsageReport[]): UsageReport {
  const sum = (member: 'tokensIn' | 'tokensOut' | 'usdNano'): number =>
    reports.reduce((total, report) => total + report[member], 0);
  return {
    outcome: reports.at(-1)?.outcome ?? 'ok',
    tokensIn: sum('tokensIn'),
    tokensOut: sum('tokensOut'),
    usdNano: sum('usdNano'),
    estimated: reports.some(({ estimated }) => estimated),
  };
}
