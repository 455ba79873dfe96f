import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { moveTemporaryFilesToMemory } from './memory-folder.ts';
import { startPgvectorServer, whyNoPgvector } from './pgvector-server.ts';
import { startPostgresServer } from './postgres-server.ts';

const LOCAL_MODEL = fileURLToPath(new URL('../../local-model/src/main.ts', import.meta.url));

/** Before the first test needs them: on a new machine all would wait for the same download, each in its own time. */
async function fetchWeights(): Promise<void> {
  await once(spawn(process.execPath, [LOCAL_MODEL, 'fetch'], { stdio: 'ignore' }), 'exit');
}

/** Starts the PostgreSQL servers of all test files; what it returns ends them. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const removeTemporaryFiles = moveTemporaryFilesToMemory();
  const why = whyNoPgvector();
  const [plain, pgvector] = await Promise.all([
    startPostgresServer(),
    why === undefined ? startPgvectorServer() : undefined,
    fetchWeights(),
  ]);
  project.provide('postgresAdminUrl', plain.url);
  project.provide('pgvector', { adminUrl: pgvector?.url ?? '', why });
  return async () => {
    await Promise.all([plain.remove(), pgvector?.remove()]);
    removeTemporaryFiles();
  };
}
