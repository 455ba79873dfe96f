import pino from 'pino';
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
  logger: pino({ level: 'info' }, pino.destination({ dest: '/dev/null', sync: true })),
});
process.stdout.write(`${JSON.stringify({ url: wrapper.url })}\n`);
process.once('SIGTERM', () => void wrapper.stop().then(() => process.exit(0)));
