import type { Measured, Metrics } from '../../chat/index.ts';

const NANO = 1_000_000_000;

/** Streamed and whole answers have their members in different orders, in histories too. */
export const metricsOf =
  (isStream: boolean) =>
  ({ usage, durationMs, model, provider, nowMs }: Measured): Metrics => {
    const { tokensIn: prompt_tokens, tokensOut: completion_tokens, usdNano } = usage;
    const total_tokens = prompt_tokens + completion_tokens;
    // In milliseconds, and at least one: `outputTps` is divided by it.
    const duration = Math.max(1, Math.round(durationMs)) / 1000;
    const outputTps = completion_tokens / duration;
    const rest = {
      model,
      provider,
      timestamp: new Date(nowMs).toISOString(),
      ...(usdNano === 0 ? {} : { cost: usdNano / NANO }),
    };
    return isStream
      ? { completion_tokens, prompt_tokens, total_tokens, outputTps, duration, ...rest }
      : { prompt_tokens, completion_tokens, total_tokens, duration, outputTps, ...rest };
  };
