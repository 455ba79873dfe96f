import { Badge } from '@mantine/core';

/** How good a state is. */
export type Tone = 'good' | 'busy' | 'warning' | 'bad' | 'idle';

/** For what stands beside a state. */
export const TONE_COLORS: Record<Tone, string> = {
  good: 'teal',
  busy: 'indigo',
  warning: 'orange',
  bad: 'red',
  idle: 'gray',
};

interface StateProps {
  tone: Tone;
  /** The state as a word: the colour only helps. */
  children: string;
  title?: string | undefined;
}

/** The state of a thing, the same in every list and on every page. */
export const State = ({ tone, children, title }: StateProps) => (
  <Badge
    variant="default"
    miw="max-content"
    leftSection={<ToneDot tone={tone} />}
    tt="none"
    fw={500}
    title={title}
  >
    {children}
  </Badge>
);

export const ToneDot = ({ tone }: { tone: Tone }) => (
  <svg width="8" height="8" viewBox="0 0 8 8" aria-hidden style={{ flex: 'none' }}>
    <circle cx="4" cy="4" r="4" fill={`var(--mantine-color-${TONE_COLORS[tone]}-6)`} />
  </svg>
);
