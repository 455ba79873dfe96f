import { State } from '../page/state.tsx';

interface StateProps {
  widget: { enabled: boolean; state?: 'ended' | 'unpaid' | undefined };
}

/** Whether it answers visitors. */
export function WidgetState({ widget: { enabled, state } }: StateProps) {
  const shown = state ?? (enabled ? 'open' : 'closed');
  return <State tone={shown === 'open' ? 'good' : shown === 'closed' ? 'idle' : 'bad'}>{shown}</State>;
}
