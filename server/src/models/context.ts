import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { Db, Storage } from '../storage/index.ts';
import type { UpstreamTable } from './upstreams/upstream-table.ts';

/** Seals what is stored; `context` binds a sealed text to its place. */
export interface Sealer {
  seal(plaintext: string, context: string): string;
  /** @throws when it was sealed elsewhere, changed, or under another master key. */
  open(sealed: string, context: string): string;
}

/** Who makes a change, for the audit record. */
export interface Actor {
  kind: 'key' | 'system' | 'cli' | 'anonymous';
  id?: string;
  name?: string;
}

/** Writes one audit record in the transaction of the change. */
export interface AuditTrail {
  append(
    tx: Db,
    entry: {
      actor: Actor;
      action: string;
      target: string;
      outcome: 'ok' | 'refused' | 'failed';
      details?: Record<string, unknown>;
    },
    nowMs: number,
  ): Promise<unknown>;
}

/** What the verbs on upstreams work with; `Models` is one. */
export interface UpstreamContext {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly sealing: Sealer;
  readonly audit: AuditTrail;
  readonly table: UpstreamTable;
}
