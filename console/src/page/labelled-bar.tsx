import { Group, Progress, Text } from '@mantine/core';

/** How much of a limit or a budget is used. */
export function LabelledBar({
  label,
  used,
  of,
  textOf,
}: {
  label: string;
  used: number;
  of: number;
  /** The whole with its unit, such as `100 requests a minute`. */
  textOf: (of: number) => string;
}) {
  const percent = of === 0 ? 100 : Math.min(100, (used / of) * 100);
  const number = (value: number): string => value.toLocaleString(undefined, { maximumFractionDigits: 4 });
  const text = `${number(used)} of ${textOf(of)}`;
  return (
    <div>
      <Group justify="space-between" gap="xs">
        <Text size="sm" miw={0} style={{ overflowWrap: 'anywhere' }}>
          {label}
        </Text>
        <Text size="sm">{text}</Text>
      </Group>
      <Progress.Root size="md">
        <Progress.Section
          value={percent}
          color={percent >= 90 ? 'red' : 'indigo'}
          aria-label={`${label}: ${text}`}
        />
      </Progress.Root>
    </div>
  );
}
