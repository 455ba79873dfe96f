import { Select, type SelectProps } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ownerNamesQuery } from './key-queries.ts';

/** Chooses one of the owners; one that is not among the newest 200 is shown by its id. */
export function OwnerSelect({ value, ...props }: Omit<SelectProps, 'data'>) {
  const owners = useQuery(ownerNamesQuery).data ?? [];
  const isKnown = typeof value !== 'string' || value === '' || owners.some((one) => one.value === value);
  const data = isKnown ? owners : [...owners, { value, label: value }];
  return (
    <Select searchable data={data} value={value ?? null} nothingFoundMessage="No such owner" {...props} />
  );
}
