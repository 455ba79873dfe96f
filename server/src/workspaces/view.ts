import { isoTime } from '../base/clock.ts';
import type { Thread } from './store/rows.ts';
import type { Workspace } from './workspace.ts';

/** A workspace as clients of the Developer API are shown it, member by member in their order. */
export const viewWorkspace = (workspace: Workspace) => ({
  id: workspace.id,
  name: workspace.name,
  slug: workspace.slug,
  vectorTag: workspace.vectorTag,
  createdAt: isoTime(workspace.createdAt),
  openAiTemp: workspace.openAiTemp,
  openAiHistory: workspace.openAiHistory,
  lastUpdatedAt: isoTime(workspace.updatedAt),
  openAiPrompt: workspace.openAiPrompt,
  similarityThreshold: workspace.similarityThreshold,
  chatProvider: workspace.chatProvider,
  chatModel: workspace.chatModel,
  topN: workspace.topN,
  chatMode: workspace.chatMode,
  pfpFilename: workspace.pfpFilename,
  agentProvider: workspace.agentProvider,
  agentModel: workspace.agentModel,
  queryRefusalResponse: workspace.queryRefusalResponse,
  vectorSearchMode: workspace.vectorSearchMode,
  router_id: workspace.routerId,
});

export type WorkspaceView = ReturnType<typeof viewWorkspace>;

export const viewThread = (thread: Thread) => ({
  id: thread.id,
  name: thread.name,
  slug: thread.slug,
  workspace_id: thread.workspaceId,
  user_id: thread.userId,
  createdAt: isoTime(thread.createdAt),
  lastUpdatedAt: isoTime(thread.updatedAt),
});

export type ThreadView = ReturnType<typeof viewThread>;
