import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { describeOnBothDatabases } from '../../test/databases.ts';
import { MIGRATIONS } from '../app.ts';
import { migrate } from '../storage/index.ts';

describeOnBothDatabases('the documents of an import that was made before', (open) => {
  test('Documents that had no vectors yet are pending after the update, with their error', async () => {
    const { storage } = await open();
    const later = new Set(['retrieval-pending-1', 'moving-3']);
    await migrate(
      storage,
      MIGRATIONS.filter(({ id }) => !later.has(id)),
      1,
    );
    await storage.transaction((tx) =>
      sql`insert into moved_embeddings (document_id, collection_id, attempts, next_at, error)
        values ('new', 1, 0, 5, null), ('late', 2, 3, 7, 'away')`.execute(tx),
    );
    expect(await migrate(storage, MIGRATIONS, 2)).toEqual([...later]);
    const { rows } = await sql`
      select document_id, collection_id, key_id, failed, reason, tries, next_at
      from pending_documents order by next_at`.execute(storage.db);
    const pending = { key_id: null, failed: 0 };
    expect(rows).toEqual([
      { ...pending, document_id: 'new', collection_id: 1, reason: null, tries: 0, next_at: 5 },
      { ...pending, document_id: 'late', collection_id: 2, reason: 'away', tries: 3, next_at: 7 },
    ]);
  });
});
