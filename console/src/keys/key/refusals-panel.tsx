import { Stack } from '@mantine/core';
import { useState } from 'react';
import { useMay } from '../../session/session-queries.ts';
import { ExplainForm, type Question } from './explain-form.tsx';
import { RefusedLately } from './refused-lately.tsx';
import type { PanelProps } from './panel.tsx';

/** Why a request of the key was, or would be, refused. */
export function RefusalsPanel({ read: { key } }: PanelProps) {
  const may = useMay();
  const [asked, setAsked] = useState<Question>();
  return (
    <Stack gap="xl">
      <ExplainForm key={JSON.stringify(asked)} id={key.id} asked={asked} />
      {may('audit:read') && <RefusedLately id={key.id} onAsk={setAsked} />}
    </Stack>
  );
}
