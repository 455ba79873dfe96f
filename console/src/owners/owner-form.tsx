import { Button, Group, Select, Stack, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { BudgetsField, LimitsField } from '../keys/form/bounds-fields.tsx';
import type { Budget, Limit } from '../keys/holdings/draft.ts';
import { fieldError, Problem } from '../page/problem.tsx';
import type { Owner } from './owner-queries.ts';

export interface OwnerFields {
  name: string;
  kind: Owner['kind'];
  limits: Limit[];
  budgets: Budget[];
}

interface FormProps {
  fields: OwnerFields;
  onChange: (fields: OwnerFields) => void;
  onSubmit: () => void;
  action: { isPending: boolean; error: unknown };
  submitLabel: string;
  children?: ReactNode;
}

const KINDS = ['person', 'service', 'team'] as const;

/** An owner with the bounds of all its keys together. */
export function OwnerForm({ fields, onChange, onSubmit, action, submitLabel, children }: FormProps) {
  const set = (change: Partial<OwnerFields>): void => onChange({ ...fields, ...change });
  const { error } = action;
  return (
    <form
      style={{ maxWidth: 720 }}
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      <Stack>
        <TextInput
          label="Name"
          required
          value={fields.name}
          error={fieldError(error, 'name')}
          onChange={(event) => set({ name: event.currentTarget.value })}
        />
        <Select
          label="Kind"
          allowDeselect={false}
          data={KINDS}
          value={fields.kind}
          onChange={(kind) => set({ kind: KINDS.find((one) => one === kind) ?? 'person' })}
        />
        <LimitsField value={fields.limits} error={error} onChange={(limits) => set({ limits })} />
        <BudgetsField value={fields.budgets} error={error} onChange={(budgets) => set({ budgets })} />
        <Problem error={error} />
        <Group>
          <Button type="submit" loading={action.isPending}>
            {submitLabel}
          </Button>
          {children}
        </Group>
      </Stack>
    </form>
  );
}
