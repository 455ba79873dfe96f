import { Select, Stack, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { BudgetsField, LimitsField } from '../keys/form/bounds-fields.tsx';
import { fieldError, Problem } from '../page/problem.tsx';
import type { OwnerDraft } from './owner-draft.ts';
import { FormActions } from '../page/form-actions.tsx';

interface FormProps {
  draft: OwnerDraft;
  onChange: (change: Partial<OwnerDraft>) => void;
  onSubmit: () => void;
  action: { isPending: boolean; error: unknown };
  /** There is nothing to save. */
  isUnchanged?: boolean;
  /** Forgets what was changed. @default there is no button for it */
  onDiscard?: () => void;
  submitLabel: string;
  /** The same from a terminal. */
  children: ReactNode;
}

const KINDS = ['person', 'service', 'team'] as const;

/** An owner with the bounds of all its keys together. */
export function OwnerForm({
  draft,
  onChange,
  onSubmit,
  action,
  isUnchanged = false,
  onDiscard,
  submitLabel,
  children,
}: FormProps) {
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
          value={draft.name}
          error={fieldError(error, 'name')}
          onChange={(event) => onChange({ name: event.currentTarget.value })}
        />
        <Select
          label="Kind"
          allowDeselect={false}
          data={KINDS}
          value={draft.kind}
          onChange={(kind) => onChange({ kind: KINDS.find((one) => one === kind) ?? 'person' })}
        />
        <LimitsField value={draft.limits} error={error} onChange={(limits) => onChange({ limits })} />
        <BudgetsField value={draft.budgets} error={error} onChange={(budgets) => onChange({ budgets })} />
        <Problem error={error} />
        <FormActions
          submit={{ label: submitLabel, isPending: action.isPending, isDisabled: isUnchanged }}
          {...(onDiscard !== undefined && {
            cancel: { label: 'Discard changes', onClick: onDiscard, isDisabled: isUnchanged },
          })}
        >
          {children}
        </FormActions>
      </Stack>
    </form>
  );
}
