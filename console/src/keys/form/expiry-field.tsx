import { Button, Group, Stack, TextInput } from '@mantine/core';

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

const two = (value: number): string => String(value).padStart(2, '0');

/** As a field of the browser has it: in the reader's zone. */
function localText(iso: string): string {
  const at = new Date(iso);
  const date = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${date}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** @returns null for a text that is no time */
function isoOf(local: string): string | null {
  const at = new Date(local);
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}

/** When the key ends by itself. */
export function ExpiryField({ value, onChange, error }: ExpiryProps) {
  return (
    <Stack gap={6}>
      <TextInput
        type="datetime-local"
        label="Expires"
        description="In your time zone. Empty: never"
        value={value === null ? '' : localText(value)}
        onChange={(event) => onChange(isoOf(event.currentTarget.value))}
        error={error}
        maw={260}
      />
      <Group gap={6} role="group" aria-label="Expires in">
        {CHOICES.map(([label, ms]) => (
          <Button key={label} size="compact-xs" variant="default" onClick={() => onChange(fromNow(ms))}>
            {label}
          </Button>
        ))}
        <Button size="compact-xs" variant="default" onClick={() => onChange(null)}>
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
