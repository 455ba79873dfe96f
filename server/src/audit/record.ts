import { jsonIn } from '../base/json-text.ts';
import { hash } from 'node:crypto';
import { isoTime } from '../base/clock.ts';
import { KeywardError } from '../base/errors.ts';
import { canonical } from './canonical.ts';
import type { SecretNet } from './secret-net.ts';

export const OUTCOMES = ['ok', 'refused', 'failed'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface AuditEntry {
  /**
   * `admin`: the session while there are no users. Nothing that an anonymous caller can choose. The name of the actor at
   * that time is `actor_name` in the details.
   */
  actor: 'admin' | 'system' | 'cli' | 'anonymous' | `key:${string}` | `user:${number}`;
  /** `noun.verb`, such as `keys.mint`. */
  action: string;
  /** An id, such as `key_…`. */
  target: string;
  outcome: Outcome;
  /** A plain JSON object; at most 16 KiB as text. Never a secret. */
  details?: Record<string, unknown>;
}

/** One record as the API shows it. */
export interface AuditRecord {
  /** From 1, without gaps, in the order of the commits. */
  seq: number;
  /** ISO 8601, milliseconds, Z. */
  at: string;
  /** `key:key_…`, `system`, `cli`, `anonymous`: the kind, and the id where there is one. */
  actor: string;
  action: string;
  target: string;
  outcome: Outcome;
  details: Record<string, unknown>;
  /** The hash of the record before; 64 zeros for the first. Hex. */
  prev_hash: string;
  /** SHA-256 over everything else. Hex. */
  hash: string;
}

/** `at` in ms since 1970, `details` as canonical JSON. */
export type RecordRow = Omit<AuditRecord, 'at' | 'outcome' | 'details'> & {
  at: number;
  outcome: string;
  details: string;
};

export const GENESIS_HASH = '0'.repeat(64);
export const DETAILS_MAX_BYTES = 16 * 1024;
const TEXT_MAX_CHARACTERS = 256;

/** A record before it has a place in the chain. */
export type RecordText = Pick<RecordRow, 'actor' | 'action' | 'target' | 'outcome' | 'details'>;

/** @throws KeywardError `too_large` for details over 16 KiB; TypeError for details that are not plain JSON. */
export function recordText(entry: AuditEntry, net: SecretNet): RecordText {
  const details = canonical(entry.details ?? {}, net);
  if (Buffer.byteLength(details) > DETAILS_MAX_BYTES) {
    throw new KeywardError('too_large', 'The change is too large to be recorded in the audit log.', {
      hint: 'Make it in smaller steps.',
    });
  }
  return {
    actor: cleanText(entry.actor, net),
    action: cleanText(entry.action, net),
    target: cleanText(entry.target, net),
    outcome: entry.outcome,
    details,
  };
}

/**
 * PostgreSQL refuses U+0000, and returns another character for half a surrogate pair: the record would no longer match its
 * own hash.
 */
function cleanText(text: string, net: SecretNet): string {
  // eslint-disable-next-line no-control-regex
  const printable = net(text).replace(/[\u0000-\u001f\u007f]/g, '\ufffd');
  return printable.slice(0, TEXT_MAX_CHARACTERS).toWellFormed();
}

/** SHA-256, hex, over a JSON array, which is unambiguous; its first item is the version of the encoding. */
export function recordHash(row: Omit<RecordRow, 'hash'>): string {
  const { seq, at, actor, action, target, outcome, details, prev_hash } = row;
  return hash(
    'sha256',
    JSON.stringify(['keyward-audit-1', seq, at, actor, action, target, outcome, details, prev_hash]),
    'hex',
  );
}

/** Also of a row that somebody has changed, as far as it can be read. */
export const toRecord = (row: RecordRow): AuditRecord => ({
  ...row,
  at: shownTime(row.at),
  outcome: row.outcome as Outcome,
  details: (jsonIn(row.details) as Record<string, unknown> | undefined) ?? { unreadable: row.details },
});

export function shownTime(at: number): string {
  return Number.isFinite(new Date(at).getTime()) ? isoTime(at) : String(at);
}
