import { Badge } from '@mantine/core';

interface StateProps {
  widget: { enabled: boolean; state?: 'ended' | 'unpaid' | undefined };
}

/** Whether it answers visitors. */
export function WidgetState({ widget: { enabled, state } }: StateProps) {
  const shown = state ?? (enabled ? 'open' : 'closed');
  const color = shown === 'open' ? 'teal' : shown === 'closed' ? 'gray' : 'red';
  return (
    <Badge variant="light" color={color}>
      {shown}
    </Badge>
  );
}
