import { configDefaults, defineConfig } from 'vitest/config';

const slowToo = process.env['KEYWARD_SLOW'] === '1';

export default defineConfig({
  test: {
    include: ['server', 'sdk', 'local-model', 'acceptance'].map((folder) => `${folder}/**/*.test.ts`),
    exclude: [...configDefaults.exclude, ...(slowToo ? [] : ['**/*.slow.test.ts'])],
    // Processes, not threads: tests open native databases and signal child processes.
    pool: 'forks',
    maxWorkers: 2,
    globalSetup: ['server/test/global-setup.ts'],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    teardownTimeout: 20_000,
    // Usage is written each second, and a busy machine takes its time.
    expect: { poll: { timeout: 15_000 } },
  },
});
