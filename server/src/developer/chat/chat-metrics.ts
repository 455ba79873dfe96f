import type { Measured, Metrics } from '../../chat/index.ts';

const NANO = 1_000_000_000;

/** The members of streamed answers stand in another order than those of whole ones; in a history as well. */
export const metricsOf =
  (isStream: boolean) =>
  ({ usage, durationMs, model, provider, nowMs }: Measured): Metrics => {
    const { tokensIn: prompt_tokens, tokensOut: completion_tokens, usdNano } = usage;
    const total_tokens = prompt_tokens + completion_tokens;
    // Milliseconds are the finest that is shown; nothing is done in none of them.
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
