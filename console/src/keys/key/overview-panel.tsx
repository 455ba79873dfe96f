import { Alert, Stack, Text } from '@mantine/core';
import { useMay } from '../../session/session-queries.ts';
import { draftOf } from '../holdings/draft.ts';
import { SentenceCard } from '../sentence-card.tsx';
import { BoundsSection } from './bounds-section.tsx';
import { FactsSection } from './facts-section.tsx';
import type { PanelProps } from './panel.tsx';
import { ScopesSection } from './scopes-section.tsx';
import { UsageSection } from './usage-section.tsx';

const STATE_WORDS: Partial<Record<string, string>> = {
  disabled: 'The key is disabled: it may do nothing now',
  quarantined: 'The key is quarantined: it may only read, 60 requests a minute',
  revoked: 'The key is revoked: it may do nothing. It can be restored for 30 days',
  expired: 'The key has expired: it may do nothing. Set a later expiry in its permissions',
};

/** What a key may do, what it did, and how much of its bounds is used. */
export function OverviewPanel({ read: { key } }: PanelProps) {
  const may = useMay();
  const held = STATE_WORDS[key.state];
  return (
    <Stack gap="xl">
      <Stack gap="xs">
        {held !== undefined && (
          <Alert color="orange" title={held}>
            {key.state_reason !== null && <Text size="sm">{key.state_reason}</Text>}
          </Alert>
        )}
        <SentenceCard draft={draftOf(key)} />
      </Stack>
      {may('usage:read') && <UsageSection id={key.id} />}
      <BoundsSection keyRecord={key} />
      <ScopesSection keyRecord={key} />
      <FactsSection keyRecord={key} />
    </Stack>
  );
}
