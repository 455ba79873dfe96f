import { Badge } from '@mantine/core';
import type { Upstream } from './upstream-draft.ts';

const WORDS = {
  ok: 'works',
  failing: 'the last request failed',
  open: 'avoided for now',
  unused: 'not used yet',
};
const COLORS = { ok: 'green', failing: 'orange', open: 'red', unused: 'gray' };

/** What the last requests and the last test say. */
export function HealthBadge({ upstream: { health } }: { upstream: Pick<Upstream, 'health'> }) {
  const { state, last_test, retry_in_seconds } = health;
  const isBad = last_test?.ok === false && state === 'unused';
  const text = isBad ? 'the last test failed' : WORDS[state];
  return (
    <Badge
      variant="light"
      tt="none"
      color={isBad ? 'red' : COLORS[state]}
      title={
        last_test?.detail ?? (retry_in_seconds === null ? undefined : `tried again in ${retry_in_seconds} s`)
      }
    >
      {text}
    </Badge>
  );
}
