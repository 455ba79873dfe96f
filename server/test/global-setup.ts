import type { TestProject } from 'vitest/node';
import { moveTemporaryFilesToMemory } from './memory-folder.ts';
import { startPostgresServer } from './postgres-server.ts';

/** Starts one PostgreSQL for all test files; what it returns ends it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const removeTemporaryFiles = moveTemporaryFilesToMemory();
  const server = await startPostgresServer();
  project.provide('postgresAdminUrl', server.url);
  return async () => {
    await server.remove();
    removeTemporaryFiles();
  };
}
