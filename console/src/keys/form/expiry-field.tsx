import { Button, Group, Stack, TextInput } from '@mantine/core';
import { useRef, useState, type SyntheticEvent } from 'react';

interface ExpiryProps {
  /** ISO 8601; null: never. */
  value: string | null;
  onChange: (value: string | null) => void;
  error?: string | undefined;
}

const DAY_MS = 86_400_000;
const CHOICES: [string, number][] = [
  ['1 hour', 3_600_000],
  ['1 day', DAY_MS],
  ['30 days', 30 * DAY_MS],
  ['90 days', 90 * DAY_MS],
  ['1 year', 365 * DAY_MS],
];

/** Another year is no time for `Date`, and would empty the field while somebody types it. */
const LAST = '9999-12-31T23:59';
const FIELD = 'input[type=datetime-local]';

/** Whether only a part of the time was typed: for the browser the field is empty, and the key would never expire. */
export const isExpiryHalf = (form: HTMLFormElement): boolean =>
  form.querySelector<HTMLInputElement>(FIELD)?.validity.badInput === true;

const padded = (value: number, digits: number): string => String(value).padStart(digits, '0');

/** As a field of the browser has it: in the reader's zone. */
function localText(iso: string): string {
  const at = new Date(iso);
  const date = `${padded(at.getFullYear(), 4)}-${padded(at.getMonth() + 1, 2)}-${padded(at.getDate(), 2)}`;
  return `${date}T${padded(at.getHours(), 2)}:${padded(at.getMinutes(), 2)}`;
}

/** @returns null for a text that is no time */
function isoOf(local: string): string | null {
  const at = new Date(local);
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}

/** When the key ends by itself. */
export function ExpiryField({ value, onChange, error }: ExpiryProps) {
  const [isHalf, setHalf] = useState(false);
  const look = ({ currentTarget }: SyntheticEvent<HTMLInputElement>): void =>
    setHalf(currentTarget.validity.badInput);
  const field = useRef<HTMLInputElement>(null);
  const set = (to: string | null): void => {
    // Half a time stays in the field otherwise: for React it is empty already.
    if (field.current !== null) field.current.value = '';
    setHalf(false);
    onChange(to);
  };
  return (
    <Stack gap={6}>
      <TextInput
        ref={field}
        type="datetime-local"
        max={LAST}
        label="Expires"
        description="In your time zone. Empty: never"
        value={value === null ? '' : localText(value)}
        onChange={(event) => onChange(isoOf(event.currentTarget.value))}
        onBlur={look}
        onKeyUp={(event) => (isHalf || event.key === 'Enter') && look(event)}
        error={isHalf ? 'Complete the date and the time, or empty the field.' : error}
        maw={260}
      />
      <Group gap={6} role="group" aria-label="Expires in">
        {CHOICES.map(([label, ms]) => (
          <Button key={label} size="compact-xs" variant="default" onClick={() => set(fromNow(ms))}>
            {label}
          </Button>
        ))}
        <Button size="compact-xs" variant="default" onClick={() => set(null)}>
          Never
        </Button>
      </Group>
    </Stack>
  );
}

const MINUTE_MS = 60_000;

/** Whole minutes, as the field has none smaller. */
const fromNow = (ms: number): string =>
  new Date(Math.ceil((Date.now() + ms) / MINUTE_MS) * MINUTE_MS).toISOString();
