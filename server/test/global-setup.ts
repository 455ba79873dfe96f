import type { TestProject } from 'vitest/node';
import { moveTemporaryFilesToMemory } from './memory-folder.ts';
import { startPgvectorServer, whyNoPgvector } from './pgvector-server.ts';
import { startPostgresServer } from './postgres-server.ts';

/** Starts the PostgreSQL servers of all test files; what it returns ends them. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const removeTemporaryFiles = moveTemporaryFilesToMemory();
  const why = whyNoPgvector();
  const [plain, pgvector] = await Promise.all([
    startPostgresServer(),
    why === undefined ? startPgvectorServer() : undefined,
  ]);
  project.provide('postgresAdminUrl', plain.url);
  project.provide('pgvector', { adminUrl: pgvector?.url ?? '', why });
  return async () => {
    await Promise.all([plain.remove(), pgvector?.remove()]);
    removeTemporaryFiles();
  };
}
