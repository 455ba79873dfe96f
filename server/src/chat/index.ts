export { readAttachments, refuseTooLarge } from './attachments.ts';
export { Chat } from './chat.ts';
export type { ChatContext } from './chat.ts';
export { DailyMessages } from './daily-messages.ts';
export { brokenOff, failureOf, providerFailure } from './failure.ts';
export type { Failure } from './failure.ts';
export type {
  AttachedFile,
  Library,
  MemberDocument,
  Passage,
  PinnedText,
  Search,
  WholeText,
} from './library.ts';
export type { Attachment, Source, Turn } from './message.ts';
export type { Metrics } from './metrics.ts';
export { chatMigrations } from './migrations.ts';
export { chatModule } from './module.ts';
export { CHAT_SETTINGS, imageModel } from './model-choice.ts';
export { openChat } from './open.ts';
export { isMode, MODES } from './request.ts';
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
  Place,
} from './request.ts';
