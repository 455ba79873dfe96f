import type { Workspace } from '../../workspaces/index.ts';
import { embeddedDocuments, viewWorkspace } from '../../workspaces/index.ts';
import type { Services } from '../../http/index.ts';

/** A workspace with its documents, and how much of the model's window the pinned ones take. */
export async function viewEmbedded(
  { storage, documents: library, chat }: Services,
  workspace: Workspace,
): Promise<object> {
  const { documents, pinnedTokens } = await embeddedDocuments(storage.db, library, workspace.id);
  return {
    ...viewWorkspace(workspace),
    documents,
    contextWindow: await chat.windowTokens(workspace),
    currentContextTokenCount: pinnedTokens,
  };
}
