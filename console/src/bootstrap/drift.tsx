import { Badge } from '@mantine/core';
import { stateWords, type KeyState } from './states.ts';

/** How a key differs from its manifest. */
export function Drift({ state }: { state: KeyState }) {
  const { label, color, next } = stateWords(state);
  return (
    <Badge variant="light" tt="none" color={color} title={next}>
      {label}
    </Badge>
  );
}
