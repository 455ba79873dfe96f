import { Badge } from '@mantine/core';
import type { Key } from './holdings/draft.ts';

const COLORS: Record<Key['state'], string> = {
  active: 'teal',
  quarantined: 'orange',
  disabled: 'gray',
  expired: 'gray',
  revoked: 'red',
};

/** The state of a key as a word; the colour only helps. */
export function StateBadge({ state }: { state: Key['state'] }) {
  return (
    <Badge variant="default" miw="max-content" leftSection={<Dot color={COLORS[state]} />} tt="none" fw={500}>
      {state}
    </Badge>
  );
}

const Dot = ({ color }: { color: string }) => (
  <svg width="8" height="8" viewBox="0 0 8 8" aria-hidden>
    <circle cx="4" cy="4" r="4" fill={`var(--mantine-color-${color}-6)`} />
  </svg>
);
