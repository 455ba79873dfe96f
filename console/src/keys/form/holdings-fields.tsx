import { Fieldset, MultiSelect, SimpleGrid, Stack } from '@mantine/core';
import { asFound, useOwnerChoices } from '../../owners/owner-choices.ts';
import { fieldError } from '../../page/problem.tsx';
import type { Draft } from '../holdings/draft.ts';
import { BudgetsField, LimitsField } from './bounds-fields.tsx';
import { NamesField } from './names-field.tsx';
import { ScopeChoice } from './scope-choice.tsx';

export interface FieldsProps {
  draft: Draft;
  set: (change: Partial<Draft>) => void;
  /** The server's answer. */
  error: unknown;
}

/** All permissions and bounds of a key, one by one. */
export function HoldingsFields(props: FieldsProps) {
  const { draft, set, error } = props;
  return (
    <Stack gap="lg">
      <ScopeChoice
        value={draft.scopes}
        onChange={(scopes) => set({ scopes })}
        error={fieldError(error, 'scopes')}
      />
      <SelectorFields {...props} />
      <SimpleGrid cols={{ base: 1, lg: 2 }}>
        <LimitsField value={draft.limits} onChange={(limits) => set({ limits })} error={error} />
        <BudgetsField value={draft.budgets} onChange={(budgets) => set({ budgets })} error={error} />
      </SimpleGrid>
    </Stack>
  );
}

function SelectorFields({ draft, set, error }: FieldsProps) {
  const { models, workspaces, workers } = draft;
  const of = (name: string): string | undefined => fieldError(error, `selectors.${name}`);
  return (
    <Fieldset legend="What it covers">
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <NamesField
          label="Models"
          description="Empty: any. A name may end in *, such as gpt-*"
          of="model"
          value={models.allow}
          onChange={(allow) => set({ models: { ...models, allow } })}
          error={of('models.allow')}
        />
        <NamesField
          label="But never these models"
          description="Wins over the list of models"
          of="model"
          value={models.deny}
          onChange={(deny) => set({ models: { ...models, deny } })}
          error={of('models.deny')}
        />
        <NamesField
          label="Workspaces"
          description="Empty: any. Others do not exist for the key"
          of="workspace"
          value={workspaces.allow}
          onChange={(allow) => set({ workspaces: { ...workspaces, allow } })}
          error={of('workspaces.allow')}
        />
        <NamesField
          label="But never these workspaces"
          description="Wins over the list of workspaces"
          of="workspace"
          value={workspaces.deny}
          onChange={(deny) => set({ workspaces: { ...workspaces, deny } })}
          error={of('workspaces.deny')}
        />
        <NamesField
          label="Addresses"
          description="Empty: from anywhere. Such as 10.0.0.0/8"
          value={draft.ips}
          onChange={(ips) => set({ ips })}
          error={of('ips')}
        />
        <OwnersField
          label="Workers of these owners"
          description="Empty: any worker may have its jobs"
          value={workers.owners}
          onChange={(owners) => set({ workers: { ...workers, owners } })}
          error={of('workers.owners')}
        />
        <OwnersField
          label="But never workers of these owners"
          description="Wins over the list of owners"
          value={workers.deny}
          onChange={(deny) => set({ workers: { ...workers, deny } })}
          error={of('workers.deny')}
        />
      </SimpleGrid>
    </Fieldset>
  );
}

interface OwnersProps {
  label: string;
  description: string;
  /** Ids. */
  value: string[];
  onChange: (ids: string[]) => void;
  error: string | undefined;
}

/** Owners of workers, found by name or id. */
function OwnersField({ value, ...props }: OwnersProps) {
  const { choices, onSearchChange } = useOwnerChoices(value);
  return (
    <MultiSelect
      {...props}
      searchable
      clearable
      data={choices}
      filter={asFound}
      onSearchChange={onSearchChange}
      value={value}
      nothingFoundMessage="No such owner"
    />
  );
}
