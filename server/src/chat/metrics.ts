import type { UsageReport } from '../models/index.ts';

/** What an answer took, as clients are shown it. */
export type Metrics = Record<string, unknown>;

interface Measured {
  usage: Pick<UsageReport, 'tokensIn' | 'tokensOut' | 'usdNano'>;
  durationMs: number;
  model: string;
  provider: string;
  nowMs: number;
}

const NANO = 1_000_000_000;

export function metricsOf({ usage, durationMs, model, provider, nowMs }: Measured): Metrics {
  const { tokensIn: prompt_tokens, tokensOut: completion_tokens, usdNano } = usage;
  const total_tokens = prompt_tokens + completion_tokens;
  // Milliseconds are the finest that is shown; nothing is done in none of them.
  const duration = Math.max(1, Math.round(durationMs)) / 1000;
  return {
    prompt_tokens,
    completion_tokens,
    total_tokens,
    duration,
    outputTps: completion_tokens / duration,
    model,
    provider,
    timestamp: new Date(nowMs).toISOString(),
    ...(usdNano === 0 ? {} : { cost: usdNano / NANO }),
  };
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
