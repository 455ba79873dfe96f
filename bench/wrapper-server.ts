import { createLogger } from '../server/src/base/logger.ts';
import { openWrapper } from '../wrapper/src/wrapper.ts';

// The wrapper in front of the Developer API at the given address; prints its own.
const [upstreamUrl = ''] = process.argv.slice(2);
const wrapper = await openWrapper({
  host: '127.0.0.1',
  port: 0,
  upstreamUrl,
  place: undefined,
  isAnonymous: false,
  hosts: new Set(),
  logger: await createLogger('warn'),
});
process.stdout.write(`${JSON.stringify({ url: wrapper.url })}\n`);
process.once('SIGTERM', () => void wrapper.stop().then(() => process.exit(0)));
