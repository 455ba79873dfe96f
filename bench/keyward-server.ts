import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openApp } from '../server/src/app.ts';
import { createLogger } from '../server/src/base/logger.ts';
import { giveBackMemory } from '../server/src/cli/server/start-memory.ts';
import { readConfig } from '../server/src/config.ts';
import { mintFirstKey } from '../server/src/keys/index.ts';

// The whole server on its embedded defaults, without the local model; prints its address and an admin key. The first
// argument: other settings, as a JSON object of environment variables.
const dataDir = mkdtempSync(join(tmpdir(), 'keyward-bench-data-'));
const config = readConfig({
  KEYWARD_DATA_DIR: dataDir,
  KEYWARD_PORT: '0',
  KEYWARD_LOCAL_MODEL: 'off',
  KEYWARD_DRAIN_SECONDS: '0',
  KEYWARD_LOG_LEVEL: 'info',
  ...(JSON.parse(process.argv[2] ?? '{}') as Record<string, string>),
});
const app = await openApp(config, await createLogger(config.logLevel));
const first = await mintFirstKey(app.core.keys);
giveBackMemory();
await app.start();
process.stdout.write(`${JSON.stringify({ url: app.url(), key: first?.secret })}\n`);
process.once('SIGTERM', () => {
  void app.stop().then(() => {
    rmSync(dataDir, { recursive: true });
    process.exit(0);
  });
});
