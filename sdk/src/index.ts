export type {
  ChatChunk,
  ChatCompletion,
  ChatMessage,
  ChatRequest,
  ContentPart,
  Embeddings,
  EmbeddingsRequest,
  Tool,
  ToolCall,
} from './chat.ts';
export { createClient, unwrap, type KeywardClient } from './client.ts';
export type { NewDocument, NewLink, StoredDocuments, UploadOptions } from './documents.ts';
export { KeywardApiError, KeywardConnectionError, type FieldError } from './errors.ts';
export type { components, operations, paths } from './generated/openapi.d.ts';
export { OPERATIONS } from './generated/operations.ts';
export type { ImportOutcome, KeySource } from './import-keys.ts';
export { paginate, type Page } from './paginate.ts';
export { readEvents, type ServerEvent } from './sse.ts';
export type { CallOptions, ClientOptions } from './transport.ts';
export type { Source, WorkspaceAnswer, WorkspaceQuestion } from './workspace-chat.ts';
export { KeywardJobError } from './jobs/job-error.ts';
export type { JobInput, JobPiece, JobResult, JobState, KeywardJobs } from './jobs/jobs.ts';
export type { LiveList, LiveOptions, LivePath, LiveRows } from './live-lists.ts';
export { JobEnded, JobFailure, type EndReason, type FailCode } from './worker/job-failure.ts';
export { createWorker } from './worker/create-worker.ts';
export type { Capabilities } from './worker/worker-calls.ts';
export type {
  Handle,
  JobContext,
  KeywardWorker,
  WorkerEvent,
  WorkerJob,
  WorkerOptions,
} from './worker/worker-types.ts';
