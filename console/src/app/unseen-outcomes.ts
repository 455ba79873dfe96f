import { queryClient } from '../api/queries.ts';
import { isNoticed, noticeFailure } from '../page/done-notice.tsx';

/**
 * Says what became of a request whose form or dialog was closed meanwhile: its failure, and that a secret was made which nobody
 * saw (`meta.unseen`). Guarded by console/test/unseen-outcomes.test.ts.
 */
export function noticeUnseenOutcomes(): void {
  const watchers = new WeakMap<object, number>();
  queryClient.getMutationCache().subscribe((event) => {
    const { type, mutation } = event;
    if (mutation === undefined) return;
    const count = watchers.get(mutation) ?? 0;
    if (type === 'observerAdded') watchers.set(mutation, count + 1);
    if (type === 'observerRemoved') watchers.set(mutation, count - 1);
    if (type !== 'updated' || count > 0) return;
    const { action } = event;
    // Who waits for the answer says it in words of its own, and comes first.
    if (action.type === 'error')
      setTimeout(() => {
        if (!isNoticed(action.error)) noticeFailure('What you sent before was not done', action.error);
      });
    const unseen = mutation.meta?.['unseen'];
    if (action.type === 'success' && typeof unseen === 'string')
      noticeFailure(unseen, new Error('Its page was closed before the answer came.'));
  });
}
