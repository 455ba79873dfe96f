import type { Tone } from '../page/state.tsx';
import type { Upstream } from './upstream-draft.ts';

type Health = Upstream['health'];

/** The server knows how requests went, and apart from them how the last test went: neither hides that the other failed. */
export function healthWords({ state, last_test: test }: Health): { text: string; tone: Tone } {
  const isTestBad = test?.ok === false;
  if (state === 'open') return { text: 'avoided for now', tone: 'bad' };
  if (state === 'failing') return { text: 'the last request failed', tone: 'warning' };
  if (state === 'ok' && isTestBad) return { text: 'requests work, the last test failed', tone: 'warning' };
  if (isTestBad) return { text: 'the last test failed', tone: 'bad' };
  if (state === 'ok') return { text: 'works', tone: 'good' };
  return test === null
    ? { text: 'not used yet', tone: 'idle' }
    : { text: 'the last test passed', tone: 'good' };
}

/** Whether somebody should look at it. */
export const isFailing = ({ enabled, health }: Pick<Upstream, 'enabled' | 'health'>): boolean =>
  enabled && (health.state === 'failing' || health.state === 'open' || health.last_test?.ok === false);
