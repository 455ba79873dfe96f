import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';
import { BaseSequencer } from 'vitest/node';
import type { TestSpecification } from 'vitest/node';

const slowToo = process.env['KEYWARD_SLOW'] === '1';
const exclude = [...configDefaults.exclude, ...(slowToo ? [] : ['**/*.slow.test.ts'])];

/** They undo what they did at the end of their file, change their process, or measure it. */
const APART = ['acceptance/**/*.test.ts', 'server/src/config.test.ts', 'server/src/api/keys/import.test.ts'];

// As `./keyward` does: what the tests start, hundreds of processes, is compiled once.
process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(new URL('node_modules/.cache/keyward', import.meta.url));

/** Begun late, one of these would keep everybody waiting at the end. */
const LONG = /\/acceptance\/|\/nodes\/revocation|\/cli\/|\/local-model\/|\/storage\/backup|\/usage\/counters/;

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isShort = ({ moduleId }: TestSpecification): number => (LONG.test(moduleId) ? 0 : 1);
    return (await super.sort(files)).toSorted((a, b) => isShort(a) - isShort(b));
  }
}

export default defineConfig({
  // As Node does. The other build of it, which Vite prefers, has an error class of its own.
  resolve: { alias: { graphql: 'graphql/index.js' } },
  test: {
    projects: [
      { extends: true, test: { name: 'apart', include: APART, exclude } },
      {
        extends: true,
        test: {
          name: 'together',
          // A process goes on to the next file: to load the server anew for each takes a second.
          isolate: false,
          include: ['server', 'sdk', 'local-model', 'wrapper', 'v2', 'console'].map(
            (folder) => `${folder}/**/*.test.ts`,
          ),
          exclude: [...exclude, ...APART],
        },
      },
    ],
    // Processes, not threads: tests open native databases and signal child processes.
    pool: 'forks',
    // More than there are cores: much of a test's time is spent waiting for leases, processes and the database.
    maxWorkers: Math.max(2, Math.ceil(availableParallelism() * 1.5)),
    sequence: { sequencer: LongFirst },
    globalSetup: ['server/test/global-setup.ts'],
    // Long enough for a machine that has other things to do: what is awaited comes, or never.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    teardownTimeout: 20_000,
    expect: { poll: { timeout: 30_000 } },
  },
});
