import type { ReadKey } from '../key-queries.ts';

/** What a panel of the page of a key draws. */
export interface PanelProps {
  read: ReadKey;
}
