import type { Upstream } from './upstream-draft.ts';

type Health = Upstream['health'];

/** The server knows how requests went, and apart from them how the last test went: neither hides that the other failed. */
export function healthWords({ state, last_test: test }: Health): { text: string; color: string } {
  const isTestBad = test?.ok === false;
  if (state === 'open') return { text: 'avoided for now', color: 'red' };
  if (state === 'failing') return { text: 'the last request failed', color: 'orange' };
  if (state === 'ok' && isTestBad) return { text: 'requests work, the last test failed', color: 'orange' };
  if (isTestBad) return { text: 'the last test failed', color: 'red' };
  if (state === 'ok') return { text: 'works', color: 'green' };
  return test === null
    ? { text: 'not used yet', color: 'gray' }
    : { text: 'the last test passed', color: 'green' };
}

/** Whether somebody should look at it. */
export const isFailing = ({ enabled, health }: Pick<Upstream, 'enabled' | 'health'>): boolean =>
  enabled && (health.state === 'failing' || health.state === 'open' || health.last_test?.ok === false);
