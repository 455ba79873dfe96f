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
export { createClient, unwrap } from './client.ts';
export type { KeywardClient } from './client.ts';
export type { NewDocument, NewLink, StoredDocuments } from './documents.ts';
export { KeywardApiError, KeywardConnectionError } from './errors.ts';
export type { FieldError } from './errors.ts';
export type { components, operations, paths } from './generated/openapi.d.ts';
export { OPERATIONS } from './generated/operations.ts';
export type { ImportOutcome, KeySource } from './import-keys.ts';
export { paginate } from './paginate.ts';
export type { Page } from './paginate.ts';
export { readEvents } from './sse.ts';
export type { ServerEvent } from './sse.ts';
export type { CallOptions, ClientOptions } from './transport.ts';
export type { Source, WorkspaceAnswer, WorkspaceQuestion } from './workspace-chat.ts';
