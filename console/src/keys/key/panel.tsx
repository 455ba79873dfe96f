import { Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { ReadKey } from '../key-queries.ts';

/** What a panel of the page of a key draws. */
export interface PanelProps {
  read: ReadKey;
}

interface SectionProps {
  title: string;
  note?: string;
  /** Beside the heading. */
  actions?: ReactNode;
  children: ReactNode;
}

/** A part of a panel, with its heading. */
export function Section({ title, note, actions, children }: SectionProps) {
  return (
    <Stack gap="sm" component="section" aria-label={title}>
      <div style={{ display: 'flex', justifyContent: 'space-between', flexWrap: 'wrap', gap: 8 }}>
        <div>
          <Text component="h2" size="md" fw={600} m={0}>
            {title}
          </Text>
          {note !== undefined && (
            <Text size="sm" c="dimmed">
              {note}
            </Text>
          )}
        </div>
        {actions}
      </div>
      {children}
    </Stack>
  );
}
