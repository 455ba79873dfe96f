import { Select, type SelectProps } from '@mantine/core';
import { asFound, useOwnerChoices } from './owner-choices.ts';

/** Chooses one of the owners, by its name or its id. */
export function OwnerSelect({ value, ...props }: Omit<SelectProps, 'data'>) {
  const chosen = typeof value === 'string' && value !== '' ? [value] : [];
  const { choices, onSearchChange } = useOwnerChoices(chosen);
  return (
    <Select
      searchable
      data={choices}
      filter={asFound}
      onSearchChange={onSearchChange}
      value={chosen[0] ?? null}
      nothingFoundMessage="No such owner"
      {...props}
    />
  );
}
