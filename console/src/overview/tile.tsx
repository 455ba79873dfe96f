import { Paper, Skeleton, Text } from '@mantine/core';

/** A number with its name. `value` undefined: not known yet. */
export function Tile({ label, value, note }: { label: string; value: string | undefined; note?: string }) {
  return (
    <Paper withBorder p="md">
      <Text size="sm" c="dimmed">
        {label}
      </Text>
      <Skeleton visible={value === undefined} animate={false}>
        <Text size="xl" fw={650} style={{ fontVariantNumeric: 'tabular-nums' }}>
          {value ?? '0'}
        </Text>
      </Skeleton>
      <Text size="xs" c="dimmed" mih={18}>
        {note}
      </Text>
    </Paper>
  );
}
