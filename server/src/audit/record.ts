import { hash } from 'node:crypto';
import { isoTime } from '../base/clock.ts';
import { KeywardError } from '../base/errors.ts';
import { canonical } from './canonical.ts';
import type { SecretNet } from './secret-net.ts';

export type Outcome = 'ok' | 'refused' | 'failed';

export interface AuditEntry {
  /**
   * Who did it, such as `key:key_…` or `user:7`; of an anonymous caller nothing that it could choose freely. `admin`: the one
   * who is logged in while there are no users. Names change: the one at that time is `actor_name` in the details.
   */
  actor: 'admin' | 'system' | 'cli' | 'anonymous' | `key:${string}` | `user:${number}`;
  /** `noun.verb`, such as `keys.mint`. */
  action: string;
  /** The id of what it was done to, such as `key_…`. */
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

/** One row; `at` in ms since 1970, `details` as canonical JSON. */
export interface RecordRow {
  seq: number;
  at: number;
  actor: string;
  action: string;
  target: string;
  outcome: string;
  details: string;
  prev_hash: string;
  hash: string;
}

export const GENESIS_HASH = '0'.repeat(64);
export const DETAILS_MAX_BYTES = 16 * 1024;
const TEXT_MAX_CHARACTERS = 256;

/** What a record says, cleaned and limited, before it has a place in the chain. */
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
 * What both databases store and give back unchanged. PostgreSQL takes no U+0000, and half a surrogate pair
 * would come back as another character: the record would no longer match its own hash.
 */
function cleanText(text: string, net: SecretNet): string {
  // eslint-disable-next-line no-control-regex
  const printable = net(text).replace(/[\u0000-\u001f\u007f]/g, '\ufffd');
  return printable.slice(0, TEXT_MAX_CHARACTERS).toWellFormed();
}

/**
 * SHA-256, hex, over a JSON array: unlike joined text it has no two readings, and its first item names the
 * version of the encoding. `details` goes in as its canonical text.
 */
export function recordHash(row: Omit<RecordRow, 'hash'>): string {
  const { seq, at, actor, action, target, outcome, details, prev_hash } = row;
  return hash(
    'sha256',
    JSON.stringify(['keyward-audit-1', seq, at, actor, action, target, outcome, details, prev_hash]),
    'hex',
  );
}

/** Rows that somebody wrote over are shown as far as they can be read; verification says what is wrong. */
export function toRecord(row: RecordRow): AuditRecord {
  return {
    seq: row.seq,
    at: shownTime(row.at),
    actor: row.actor,
    action: row.action,
    target: row.target,
    outcome: row.outcome as Outcome,
    details: shownDetails(row.details),
    prev_hash: row.prev_hash,
    hash: row.hash,
  };
}

/** ISO 8601, or what else stands there. */
export function shownTime(at: number): string {
  return Number.isFinite(new Date(at).getTime()) ? isoTime(at) : String(at);
}

function shownDetails(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return { unreadable: text };
  }
}
