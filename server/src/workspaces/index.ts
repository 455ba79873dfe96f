export type { Chat, ChatResponse, Conversation, NewChat } from './chat.ts';
export type { PlacedChat } from './store/chat-store.ts';
export { Chats, type HistoryOptions } from './chats.ts';
export { isCovered, type Viewer } from './coverage.ts';
export { refuseBound } from './instance-wide.ts';
export { Members, memberships, type WorkspaceUser } from './members.ts';
export {
  bringChat,
  bringMember,
  bringSuggestion,
  bringThread,
  bringVariable,
  bringWorkspace,
  chosenSlug,
  hasThread,
  hasVariable,
  hasWorkspace,
  isVariableName,
  presentThreads,
  presentWorkspaces,
  settingsLike,
  slugOf,
} from './moving-in.ts';
export type { BroughtMember, BroughtSuggestion, BroughtVariable } from './moving-in.ts';
export { workspacesMigrations } from './migrations.ts';
export { workspacesModule } from './module.ts';
export { expandPrompt, STANDING_VARIABLES, type PromptFacts } from './prompt.ts';
export type { PromptVariable } from './store/prompt-variable-store.ts';
export type { NewVariable, VariableChange } from './prompt-variables.ts';
export type { Suggestion } from './store/suggestion-store.ts';
export type { Thread } from './store/rows.ts';
export { Threads } from './threads.ts';
export { CHAT_MODES } from './workspace.ts';
export type { ChatMode, SearchMode, Workspace, WorkspaceSettings } from './workspace.ts';
export { readSettings } from './workspace-settings.ts';
export { coverage, targetOf, Workspaces } from './workspaces.ts';
export { EXPORT_TYPES, exportText, isByWorkspace, isExportType, usernameOf } from './exports.ts';
export type { ExportFacts, ExportType } from './exports.ts';
