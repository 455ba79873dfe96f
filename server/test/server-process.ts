/** A whole server in a process of its own: prints its URL and, on a new database, the admin key. */
import { openApp } from '../src/app.ts';
import { createLogger } from '../src/base/logger.ts';
import { loadConfig } from '../src/config.ts';
import { mintFirstKey } from '../src/keys/index.ts';

const config = loadConfig();
const app = await openApp(config, await createLogger(config.logLevel));
const first = await mintFirstKey(app.core.keys);
await app.start();
process.stdout.write(`${app.url()} ${first?.secret ?? '-'}\n`);
process.once('SIGTERM', () => {
  void app.stop().then(() => process.stdout.write('stopped\n'));
  // A second request must change nothing.
  void app.stop();
});
