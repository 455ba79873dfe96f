import { Alert, Code, Paper, Stack, Text, Textarea } from '@mantine/core';
import { useState } from 'react';
import { Page } from '../page/page.tsx';
import { diffOf, readPlan, type DiffLine, type PlannedKey } from './plan.ts';
import { counted } from '../page/count-text.ts';

const COLORS: Record<DiffLine['mark'], string> = { '+': 'green', '~': 'orange', '!': 'red', ' ': 'gray' };
const MEANS: Record<DiffLine['mark'], string> = {
  '+': 'is stored',
  '~': 'is replaced',
  '!': 'needs you',
  ' ': 'stays',
};

/** A plan as a difference. It is read in this page only: this server has no credential of the sinks, and makes no plans. */
export function PlanPage() {
  const [text, setText] = useState('');
  const plan = text.trim() === '' ? [] : readPlan(text);
  return (
    <Page
      title="A plan"
      description="This server has no credential of Vault or of a service, so a plan is made where the manifest is. It is read in this page, and sent nowhere."
    >
      <Textarea
        label="Output of the plan"
        description={
          <>
            Type <Code>keyward bootstrap plan --output json</Code>, and paste what it prints
          </>
        }
        autosize
        minRows={4}
        maxRows={12}
        spellCheck={false}
        value={text}
        error={plan === undefined ? 'must be the JSON that the command prints: {"keys": [...]}' : undefined}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      {plan !== undefined && plan.length > 0 && <Diff plan={plan} />}
    </Page>
  );
}

function Diff({ plan }: { plan: PlannedKey[] }) {
  const changes = plan.filter(({ action }) => action !== 'none').length;
  return (
    <Stack gap="xs" component="section" aria-label="Difference">
      <Text role="status">
        {changes === 0 ? 'Nothing changes.' : `${changes} of ${counted(plan.length, 'key')} change.`}
      </Text>
      {plan.map((key) => (
        <Paper key={key.id} withBorder p="xs">
          {diffOf(key).map(({ mark, text }) => (
            <Text key={text} ff="monospace" size="sm" style={{ overflowWrap: 'anywhere' }}>
              <Text
                span
                inherit
                fw={700}
                c={`var(--mantine-color-${COLORS[mark]}-light-color)`}
                role="img"
                aria-label={MEANS[mark]}
              >
                {mark === ' ' ? '\u00a0' : mark}
              </Text>{' '}
              {text}
            </Text>
          ))}
          {key.reason !== undefined && <Text size="sm">Because: {key.reason}</Text>}
          {key.steps !== undefined && (
            <Alert color="orange" mt={4}>
              {key.steps}
            </Alert>
          )}
        </Paper>
      ))}
    </Stack>
  );
}
