import { isoTime } from '../base/clock.ts';
import { signedJsonIn } from '../base/forms/repeated-names.ts';
import { isObject } from '../base/is-object.ts';
import type { Head } from './audit-store.ts';
import { canonical } from './canonical.ts';
import type { Checkpoint } from './checkpoint.ts';
import { SELECTION_FORMAT, type ExportHeader } from './export.ts';
import type { AuditRecord, RecordRow } from './record.ts';

export type ExportLine =
  | { kind: 'header'; head: Head }
  | { kind: 'selection' }
  | { kind: 'record'; row: RecordRow }
  | { kind: 'checkpoint'; checkpoint: Checkpoint };

const LINE_MAX_CHARACTERS = 256 * 1024;

type Shape<T> = Record<keyof T, 'string' | 'number' | 'object'>;

const HEAD: Shape<Head> = { seq: 'number', hash: 'string' };
const RECORD: Shape<AuditRecord> = {
  seq: 'number',
  at: 'string',
  actor: 'string',
  action: 'string',
  target: 'string',
  outcome: 'string',
  details: 'object',
  prev_hash: 'string',
  hash: 'string',
};
const CHECKPOINT: Shape<Checkpoint> = {
  seq: 'number',
  at: 'string',
  hash: 'string',
  records: 'number',
  key_id: 'string',
  public_key: 'string',
  signature: 'string',
};

/** Undefined also for a line with a member too many or twice: no hash would cover it. */
export function parseExportLine(text: string): ExportLine | undefined {
  if (text.length > LINE_MAX_CHARACTERS) return undefined;
  const value = signedJsonIn(text);
  if (!isObject(value)) return undefined;
  if ('format' in value) return parseHeader(value);
  if ('checkpoint' in value) {
    const { checkpoint, ...rest } = value;
    if (!hasShape(checkpoint, CHECKPOINT) || Object.keys(rest).length > 0) return undefined;
    return { kind: 'checkpoint', checkpoint };
  }
  return hasShape(value, RECORD) ? parseRecord(value) : undefined;
}

function parseHeader({ format, version, head }: Partial<ExportHeader>): ExportLine | undefined {
  if ((format as string) === SELECTION_FORMAT) return { kind: 'selection' };
  if (format !== 'keyward-audit' || version !== 1 || !hasShape(head, HEAD)) return undefined;
  return { kind: 'header', head };
}

function parseRecord(record: AuditRecord): ExportLine | undefined {
  const at = Date.parse(record.at);
  // The hash covers the number: only one spelling of it is accepted.
  if (Number.isNaN(at) || isoTime(at) !== record.at) return undefined;
  try {
    return { kind: 'record', row: { ...record, at, details: canonical(record.details) } };
  } catch {
    return undefined;
  }
}

function hasShape<T>(value: unknown, shape: Shape<T>): value is T {
  if (!isObject(value)) return false;
  const names = Object.entries(shape);
  return (
    Object.keys(value).length === names.length &&
    names.every(([name, type]) => typeof value[name] === type && value[name] !== null)
  );
}
