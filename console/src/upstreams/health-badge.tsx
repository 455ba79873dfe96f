import { State } from '../page/state.tsx';
import type { Upstream } from './upstream-draft.ts';
import { healthWords } from './upstream-health.ts';

/** What the last requests and the last test say. */
export function HealthBadge({ upstream: { health } }: { upstream: Pick<Upstream, 'health'> }) {
  const { last_test, retry_in_seconds } = health;
  const { text, tone } = healthWords(health);
  return (
    <State
      tone={tone}
      title={
        last_test?.detail ?? (retry_in_seconds === null ? undefined : `tried again in ${retry_in_seconds} s`)
      }
    >
      {text}
    </State>
  );
}
