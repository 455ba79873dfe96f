import type { ComboboxItem, OptionsFilter } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQueries, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ownerChoicesQuery, ownerQuery } from './owner-queries.ts';

const TYPING_MS = 250;

const ID = /^own_[0-9A-Za-z]{12}$/;

/** Stands below the first ones that fit. */
const MORE = { value: 'more', label: 'There are more: type a part of the name', disabled: true };

/** The server has filtered already. */
export const asFound: OptionsFilter = ({ options }) => options;

interface Choices {
  /** The chosen ones and those that were found: by id, with their names. */
  choices: ComboboxItem[];
  onSearchChange: (text: string) => void;
}

/** Owners to choose from, which the server searches: there may be many more than a list can show. */
export function useOwnerChoices(chosen: readonly string[]): Choices {
  const [text, setText] = useState('');
  const [asked] = useDebouncedValue(text, TYPING_MS);
  const known = useQueries({
    queries: chosen.map((id) => ({ ...ownerQuery(id), retry: false })),
    combine: (answers) =>
      answers.map(({ data }, index) => ({
        value: chosen[index] ?? '',
        label: data?.name ?? chosen[index] ?? '',
      })),
  });
  // The field shows the name of the chosen one: that is no search.
  const isChosen = known.some(({ label }) => label === asked);
  const { rows = [], hasMore = false } = useQuery(ownerChoicesQuery(isChosen ? '' : asked)).data ?? {};
  const others = rows
    .filter(({ id }) => !chosen.includes(id))
    .map(({ id, name }) => ({ value: id, label: name }));
  const choices = [...known, ...others];
  // A key may name owners that the person cannot see.
  const isUnseen = ID.test(text) && choices.every(({ value }) => value !== text);
  return {
    choices: [...choices, ...(isUnseen ? [{ value: text, label: text }] : []), ...(hasMore ? [MORE] : [])],
    onSearchChange: setText,
  };
}
