import { jsonIn } from '../base/json-text.ts';
import type { BatchRow, FileRow } from './store/tables.ts';

/** As the OpenAI API has it. */
export interface FileView {
  id: string;
  object: 'file';
  bytes: number;
  /** Times in seconds since 1970. */
  created_at: number;
  expires_at: number;
  filename: string;
  purpose: FileRow['purpose'];
  status: 'processed';
}

export const viewOfFile = (row: FileRow): FileView => ({
  id: row.id,
  object: 'file',
  bytes: row.bytes,
  created_at: seconds(row.created_at),
  expires_at: seconds(row.expires_at),
  filename: row.filename,
  purpose: row.purpose,
  status: 'processed',
});

/** What is wrong with a batch as a whole, or with a line of its input. */
export interface BatchError {
  code: string;
  message: string;
  param: string | null;
  line: number | null;
}

/** As the OpenAI API has it. */
export function viewOfBatch(row: BatchRow) {
  const errors = row.errors === null ? null : (jsonIn(row.errors) as BatchError[]);
  const finishedAt = (status: BatchRow['status']): number | null =>
    row.status === status ? secondsOr(row.finished_at) : null;
  return {
    id: row.id,
    object: 'batch' as const,
    endpoint: row.endpoint,
    model: row.model,
    errors: errors === null ? null : { object: 'list' as const, data: errors },
    input_file_id: row.input_file_id,
    completion_window: row.completion_window,
    status: row.status,
    output_file_id: row.output_file_id,
    error_file_id: row.error_file_id,
    created_at: seconds(row.created_at),
    in_progress_at: secondsOr(row.in_progress_at),
    expires_at: seconds(row.expires_at),
    finalizing_at: secondsOr(row.finalizing_at),
    completed_at: finishedAt('completed'),
    failed_at: finishedAt('failed'),
    expired_at: finishedAt('expired'),
    cancelling_at: secondsOr(row.cancelling_at),
    cancelled_at: finishedAt('cancelled'),
    request_counts: { total: row.total, completed: row.completed, failed: row.failed },
    usage: {
      input_tokens: row.input_tokens,
      input_tokens_details: { cached_tokens: row.cached_tokens },
      output_tokens: row.output_tokens,
      output_tokens_details: { reasoning_tokens: row.reasoning_tokens },
      total_tokens: row.input_tokens + row.output_tokens,
    },
    metadata: row.metadata === null ? null : (jsonIn(row.metadata) as Record<string, string>),
  };
}

const seconds = (ms: number): number => Math.floor(ms / 1_000);
const secondsOr = (ms: number | null): number | null => (ms === null ? null : seconds(ms));
