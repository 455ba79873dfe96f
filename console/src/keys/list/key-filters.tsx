import { Group, Select } from '@mantine/core';
import { OwnerSelect } from '../../owners/owner-select.tsx';
import { SearchField } from '../../page/search-field.tsx';
import { EXPIRING_DAYS, ROLES, STATES, UNUSED_DAYS, type KeySearch } from '../routes.ts';
import { counted } from '../../page/count-text.ts';

interface FilterProps {
  search: KeySearch;
  set: (change: KeySearch) => void;
}

const days = (count: number): string => (count === 1 ? 'a day' : counted(count, 'day'));
const EXPIRING = EXPIRING_DAYS.map((count) => ({
  value: String(count),
  label: `Expires within ${days(count)}`,
}));
const UNUSED = [
  ...UNUSED_DAYS.map((count) => ({ value: String(count), label: `Unused for ${days(count)}` })),
  { value: 'scopes', label: 'Has unused scopes' },
];

const unusedOf = ({ unused, scopes }: KeySearch): string | undefined =>
  scopes === undefined ? unused && String(unused) : 'scopes';

/** Two beside each other on a phone. */
const HALF = 'calc(50% - 5px)';

/** What the list is narrowed to; all of it stands in the address. */
export function KeyFilters({ search, set }: FilterProps) {
  return (
    <Group gap={10} role="search" aria-label="Keys">
      <SearchField
        aria-label="Search by name or id"
        placeholder="Search by name or id"
        w={{ base: '100%', xs: 220 }}
        value={search.q}
        onChange={(q) => set({ q })}
      />
      <Choice label="Any state" data={STATES} value={search.state} onChoose={(state) => set({ state })} />
      <OwnerSelect
        aria-label="Any owner"
        placeholder="Any owner"
        clearable
        w={{ base: HALF, xs: 160 }}
        value={search.owner ?? null}
        onChange={(owner) => set({ owner: owner ?? undefined })}
      />
      <Choice label="Any role" data={ROLES} value={search.role} onChoose={(role) => set({ role })} />
      <SearchField
        aria-label="Any tag"
        placeholder="Any tag"
        w={{ base: HALF, xs: 110 }}
        value={search.tag}
        onChange={(tag) => set({ tag })}
      />
      <Choice
        label="Used or unused"
        data={UNUSED}
        value={unusedOf(search)}
        onChoose={(chosen) =>
          set({
            unused: UNUSED_DAYS.find((one) => String(one) === chosen),
            scopes: chosen === 'scopes' ? 'unused' : undefined,
          })
        }
        width={165}
      />
      <Choice
        label="Any expiry"
        data={EXPIRING}
        value={search.expiring === undefined ? undefined : String(search.expiring)}
        onChoose={(count) => set({ expiring: EXPIRING_DAYS.find((one) => String(one) === count) })}
        width={185}
      />
    </Group>
  );
}

interface ChoiceProps<T extends string> {
  label: string;
  data: readonly (T | { value: T; label: string })[];
  value: T | undefined;
  onChoose: (value: T | undefined) => void;
  width?: number;
}

function Choice<T extends string>({ label, data, value, onChoose, width = 125 }: ChoiceProps<T>) {
  return (
    <Select
      aria-label={label}
      placeholder={label}
      clearable
      w={{ base: HALF, xs: width }}
      data={data as readonly string[]}
      value={value ?? null}
      onChange={(chosen) => onChoose((chosen ?? undefined) as T | undefined)}
    />
  );
}
