import type { Migration } from '../storage/index.ts';

/**
 * Times in ms since 1970. `holder`, `until_at`, `fence`: a lease; a line that waits for another try has an `until_at` and no
 * holder. A file of results has no pieces: its content is the answers of the lines of its batch.
 */
export const batchesMigrations: Migration[] = [
  {
    id: 'batches-1',
    statements: ({ bytes }) => [
      `create table batch_files (
        id text primary key,
        owner_id text not null,
        purpose text not null,
        filename text not null,
        bytes bigint not null,
        created_at bigint not null,
        expires_at bigint not null,
        is_ready integer not null,
        batch_id text,
        part text
      )`,
      `create index batch_files_of_owner on batch_files (owner_id, created_at, id)`,
      `create index batch_files_expiring on batch_files (expires_at)`,
      `create table batch_file_pieces (
        file_id text not null references batch_files (id) on delete cascade,
        seq integer not null,
        content ${bytes} not null,
        primary key (file_id, seq)
      )`,
    ],
  },
  {
    id: 'batches-2',
    statements: () => [
      `create table batches (
        id text primary key,
        owner_id text not null,
        key_id text not null,
        endpoint text not null,
        input_file_id text not null,
        completion_window text not null,
        metadata text,
        model text,
        status text not null,
        errors text,
        ending text,
        decided_at bigint,
        output_file_id text,
        error_file_id text,
        output_kept_ms bigint not null,
        created_at bigint not null,
        in_progress_at bigint,
        expires_at bigint not null,
        finalizing_at bigint,
        cancelling_at bigint,
        finished_at bigint,
        total integer not null,
        completed integer not null,
        failed integer not null,
        output_bytes bigint not null,
        error_bytes bigint not null,
        input_tokens bigint not null,
        cached_tokens bigint not null,
        output_tokens bigint not null,
        reasoning_tokens bigint not null,
        idempotency_key text,
        request_hash text,
        holder text not null,
        until_at bigint not null,
        fence bigint not null
      )`,
      `create index batches_of_owner on batches (owner_id, created_at, id)`,
      `create index batches_open on batches (created_at, id) where finished_at is null`,
      `create index batches_finished on batches (finished_at) where finished_at is not null`,
      `create unique index batches_repeated on batches (owner_id, idempotency_key)
        where idempotency_key is not null`,
      `create table batch_lines (
        batch_id text not null references batches (id) on delete cascade,
        line integer not null,
        custom_id text not null,
        start bigint not null,
        length integer not null,
        part text,
        answer text,
        bytes bigint not null,
        attempts integer not null,
        failures integer not null,
        is_admitted integer not null,
        holder text not null,
        until_at bigint not null,
        fence bigint not null,
        primary key (batch_id, line)
      )`,
      `create index batch_lines_open on batch_lines (batch_id, until_at, line) where part is null`,
      `create index batch_lines_held on batch_lines (holder) where part is null and holder <> ''`,
    ],
  },
];
