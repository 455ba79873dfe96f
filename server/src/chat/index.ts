export { readAttachments, refuseTooLarge } from './attachments.ts';
export { Chat } from './chat.ts';
export { brokenOff, failureOf, providerFailure, type Failure } from './failure.ts';
export type { Attachment, Source, Turn } from './message.ts';
export type { Measured, Metrics } from './metrics.ts';
export { chatModule } from './module.ts';
export { CHAT_SETTINGS, imageModel } from './model-choice.ts';
export { isMode } from './request.ts';
export { workspaceConversation } from './workspace-conversation.ts';

export type {
  Answered,
  ChatEvent,
  ChatRequest,
  Conversation,
  Ending,
  Instructions,
  Mode,
  NewTurn,
} from './request.ts';
