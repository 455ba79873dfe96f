import type { Audit } from '../audit/index.ts';
import type { Chat } from '../chat/index.ts';
import type { Clock } from '../base/clock.ts';
import type { KeysContext } from '../keys/index.ts';
import type { Logger } from '../base/logger.ts';
import type { Change } from '../nodes/index.ts';
import type { Sealing } from '../sealing/index.ts';
import type { Settings } from '../settings/index.ts';
import type { Storage } from '../storage/index.ts';
import type { Workspaces } from '../workspaces/index.ts';
import { Places } from './places.ts';

export interface WidgetsContext {
  storage: Storage;
  audit: Audit;
  clock: Clock;
  logger: Logger;
  settings: Settings;
  workspaces: Workspaces;
  keys: Pick<KeysContext, 'storage' | 'clock' | 'administrators' | 'lastUsed'>;
  /** A keyed digest: addresses of visitors are counted, not stored. */
  digest(text: string): Uint8Array;
  chat: Pick<Chat, 'answer'>;
  places: Places;
}

export type WidgetsOptions = Omit<WidgetsContext, 'digest' | 'places'> & { sealing: Sealing };

export function openWidgets({ sealing, ...options }: WidgetsOptions): WidgetsContext {
  return { ...options, digest: (text) => sealing.digest(text).digest, places: new Places() };
}

/** The subject of requests in flight for a widget. */
export const subjectOfWidget = ({ uuid }: { uuid: string }): string => `widget:${uuid}`;

/** Ends the requests of a widget's visitors on every node. Guarded by widget-end.test.ts. */
export const stopOf = (widget: { uuid: string }): Change => ({
  kind: 'stop',
  subject: subjectOfWidget(widget),
  ends: true,
});
