import { acknowledgedText, noticeDone, noticeFailure } from '../../page/done-notice.tsx';
import type { Key } from '../holdings/draft.ts';
import { useKeyState, type StateVerb } from '../key-mutations.ts';

export type EndVerb = Extract<StateVerb, 'disable' | 'quarantine' | 'revoke'>;

const DONE: Record<StateVerb, string> = {
  disable: 'disabled',
  enable: 'enabled',
  quarantine: 'quarantined',
  revoke: 'revoked',
  restore: 'restored',
};

/** The change that takes another one back: never one that gives a key more power than it had before. */
function undoOf(verb: StateVerb, before: Key['state']): StateVerb | undefined {
  if (verb === 'restore') return 'revoke';
  if (verb === 'enable') return before === 'quarantined' ? 'quarantine' : 'disable';
  if (before !== 'active') return undefined;
  return verb === 'revoke' ? 'restore' : 'enable';
}

/** Changes the state of a key, says who acts on it, and offers to take it back. */
export function useStateChange({ id, name, state }: Key) {
  const change = useKeyState(id);
  const run = async (verb: StateVerb, reason = ''): Promise<void> => {
    const { key, acknowledged } = await change.mutateAsync({ verb, reason });
    const undo = undoOf(verb, state);
    const isHeld = (verb === 'enable' || verb === 'restore') && key.state !== 'active';
    noticeDone({
      title: isHeld ? `${name} is still ${key.state}` : `${name} is ${DONE[verb]}`,
      message: isHeld ? (key.state_reason ?? 'It has expired.') : acknowledgedText(acknowledged),
      ...(undo === undefined || isHeld ? {} : { undo: () => change.mutateAsync({ verb: undo, reason: '' }) }),
    });
  };
  /** For a change without a dialog: its failure is a notice. */
  const runAlone = (verb: StateVerb): void =>
    void run(verb).catch((error: unknown) => noticeFailure(`${name} is not ${DONE[verb]}`, error));
  return { change, run, runAlone };
}
