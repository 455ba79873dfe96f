import { nextId, type Db } from '../../storage/index.ts';
import { tables } from './rows.ts';

export interface Suggestion {
  heading: string;
  message: string;
}

export async function suggestionsOf(db: Db, workspaceId: number): Promise<Suggestion[]> {
  return tables(db)
    .selectFrom('workspace_suggestions')
    .select(['heading', 'message'])
    .where('workspaceId', '=', workspaceId)
    .orderBy('id')
    .execute();
}

export async function replaceSuggestions(
  tx: Db,
  workspaceId: number,
  { suggestions, at }: { suggestions: readonly Suggestion[]; at: number },
): Promise<void> {
  const db = tables(tx);
  await db.deleteFrom('workspace_suggestions').where('workspaceId', '=', workspaceId).execute();
  if (suggestions.length === 0) return;
  const first = await nextId(tx, 'workspace_suggestions', suggestions.length);
  const rows = suggestions.map((one, i) => ({ ...one, id: first + i, workspaceId, createdAt: at }));
  await db.insertInto('workspace_suggestions').values(rows).execute();
}
