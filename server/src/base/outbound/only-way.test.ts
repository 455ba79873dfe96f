import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** They speak to a Keyward, whose address the user of the command line gives. */
const COMMAND_LINE = ['cli/client.ts', 'cli/server/probe.ts'];
/** Loopback sockets of Keyward's own processes. */
const BETWEEN_PROCESSES = ['nodes/socket-wire.ts'];

const OPENS =
  /(?<![.#\w]|async )fetch\(|new (Agent|Client|Pool|ProxyAgent|EnvHttpProxyAgent|WebSocket|EventSource)\(|\b(buildConnector|createConnection|setGlobalDispatcher)\(|\bhttps?\.(get|request)\(|\b(net|tls)\.connect\(|import \{[^}]*\b(request|get|connect|fetch|stream)\b[^}]*\} from '(undici|node:https?|node:http2|node:net|node:tls)'/;

test('every outgoing request of the server goes through the guarded client', () => {
  const sources = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    (path) => path.endsWith('.ts') && !/\.(test|fixture)\.ts$/.test(path),
  );
  expect(sources.length).toBeGreaterThan(300);
  const opening = sources.filter((path) => OPENS.test(readFileSync(join(root, path), 'utf8')));
  expect(opening.sort()).toEqual(
    ['base/outbound/connections.ts', ...COMMAND_LINE, ...BETWEEN_PROCESSES].sort(),
  );
});

test.for([
  `const answer = await fetch('http://x');`,
  `new Agent({})`,
  `import { request } from 'undici';`,
  `import { get } from 'node:https';`,
  `https.request(url)`,
  `net.connect(80, host)`,
])('this test would see %s', (source) => {
  expect(source).toMatch(OPENS);
});
