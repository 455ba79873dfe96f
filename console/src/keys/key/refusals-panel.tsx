import { Stack } from '@mantine/core';
import { useCallback, useState } from 'react';
import { useMay } from '../../session/session-queries.ts';
import { useExplain } from '../key-mutations.ts';
import { bodyOf, ExplainForm, type Question } from './explain-form.tsx';
import { RefusedLately } from './refused-lately.tsx';
import type { PanelProps } from './panel.tsx';

/** Why a request of the key was, or would be, refused. */
export function RefusalsPanel({ read: { key } }: PanelProps) {
  const may = useMay();
  const [asked, setAsked] = useState<Question>();
  const explain = useExplain(key.id);
  const ask = useCallback(
    (question: Question): void => {
      setAsked(question);
      explain.mutate(bodyOf(question));
      scrollTo({ top: 0 });
    },
    // `mutate` stays the same between renders, its object does not.
    [explain.mutate],
  );
  return (
    <Stack gap="xl">
      <ExplainForm key={JSON.stringify(asked)} id={key.id} asked={asked} explain={explain} />
      {may('audit:read') && <RefusedLately id={key.id} onAsk={ask} />}
    </Stack>
  );
}
