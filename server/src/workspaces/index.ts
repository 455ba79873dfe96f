export type { Chat, ChatResponse, Conversation, NewChat } from './chat.ts';
export type { PlacedChat } from './store/chat-store.ts';
export type { Chats } from './chats.ts';
export { refuseBound, type Viewer } from './coverage.ts';
export { memberships } from './members.ts';
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
export type { ImportedMember, ImportedSuggestion, ImportedVariable } from './moving-in.ts';
export { workspacesModule } from './module.ts';
export { BUILT_IN_VARIABLES } from './prompt.ts';
export type { PromptVariable } from './store/prompt-variable-store.ts';
export { workspacesById } from './store/workspace-store.ts';
export type { Suggestion } from './store/suggestion-store.ts';
export type { Thread } from './store/rows.ts';
export { CHAT_MODES, isInWorkspace, targetOf } from './workspace.ts';
export type { ChatMode, Workspace } from './workspace.ts';
export { readSettings, searchModeProblem } from './workspace-settings.ts';
export { coverage, Workspaces } from './workspaces.ts';
