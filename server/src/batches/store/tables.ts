import type { Db } from '../../storage/index.ts';

export const FILE_PURPOSES = ['batch', 'batch_output'] as const;
/** Which lines a file of results has: those that were answered, and those that were not. */
export type Part = 'output' | 'error';

export type FileRow = {
  id: string;
  owner_id: string;
  purpose: (typeof FILE_PURPOSES)[number];
  filename: string;
  bytes: number;
  created_at: number;
  expires_at: number;
  /** 0: it is being uploaded. */
  is_ready: 0 | 1;
  /** Of a file of results. */
  batch_id: string | null;
  part: Part | null;
};

export const BATCH_STATUSES = [
  'validating',
  'failed',
  'in_progress',
  'finalizing',
  'completed',
  'expired',
  'cancelling',
  'cancelled',
] as const;
export type BatchStatus = (typeof BATCH_STATUSES)[number];

export const ENDPOINTS = ['/v1/chat/completions', '/v1/completions', '/v1/embeddings'] as const;

/** How a batch ends, and what is said of the lines that were not run. */
export interface Ending {
  status: 'completed' | 'expired' | 'cancelled';
  rest: { code: string; message: string };
}

export type BatchRow = {
  id: string;
  owner_id: string;
  /** Its lines run with this key, as it is then. */
  key_id: string;
  endpoint: (typeof ENDPOINTS)[number];
  input_file_id: string;
  completion_window: string;
  /** JSON */
  metadata: string | null;
  /** Of all lines; null: several. */
  model: string | null;
  status: BatchStatus;
  /** JSON of `BatchError[]` */
  errors: string | null;
  /** JSON of `Ending`, before its lines are ended: a process that takes over does the same. */
  ending: string | null;
  decided_at: number | null;
  output_file_id: string | null;
  error_file_id: string | null;
  /** How long its results are kept. */
  output_kept_ms: number;
  created_at: number;
  in_progress_at: number | null;
  expires_at: number;
  finalizing_at: number | null;
  cancelling_at: number | null;
  finished_at: number | null;
  total: number;
  completed: number;
  failed: number;
  output_bytes: number;
  error_bytes: number;
  input_tokens: number;
  cached_tokens: number;
  output_tokens: number;
  reasoning_tokens: number;
  idempotency_key: string | null;
  request_hash: string | null;
  /** The process that checks or ends it. */
  holder: string;
  until_at: number;
  fence: number;
};

export type LineRow = {
  batch_id: string;
  /** In the input file, from 1. */
  line: number;
  custom_id: string;
  /** Where it stands in the input file, in bytes. */
  start: number;
  length: number;
  /** Null: it is not over. */
  part: Part | null;
  /** A line of the file of results, without its end; null where that file was deleted. */
  answer: string | null;
  /** Of the answer, with the end of the line. */
  bytes: number;
  /** Times that it was put back. */
  attempts: number;
  /** Those of them that count against it. */
  failures: number;
  /** 1: it was taken from the budgets of requests, which it is once, however often it is tried. */
  is_admitted: 0 | 1;
  /** The process that runs it; '': none. */
  holder: string;
  /** Not run before; with a holder: its lease. */
  until_at: number;
  fence: number;
};

type Tables = {
  batch_files: FileRow;
  batch_file_pieces: { file_id: string; seq: number; content: Buffer };
  batches: BatchRow;
  batch_lines: LineRow;
};

export const tables = (db: Db) => db.withTables<Tables>();
