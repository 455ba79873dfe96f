import type { BatchesContext } from './context.ts';

/** All processes look at the batches after news of this name. */
const NEWS = 'batches';

/** After a commit that changed the state of a batch. */
export const changed = ({ jobs }: Pick<BatchesContext, 'jobs'>): void => jobs.news.changed(NEWS);

/** Resolves at the next change, after a second at the latest, or when the signal aborts. */
export const nextChange = ({ jobs }: Pick<BatchesContext, 'jobs'>, signal: AbortSignal): Promise<void> =>
  jobs.news.next(NEWS, signal);
