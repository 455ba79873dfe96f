/**
 * A stand-in for local-model/src/main.ts that fails on command: it speaks the same lines and the same API, and
 * what it is asked to say decides what it does. The tests of the real one are in local-model/.
 */
import { appendFileSync, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

const directory = process.argv[process.argv.indexOf('--models-dir') + 1] ?? '.';
const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);

// What a test wants to know of each life.
appendFileSync(
  join(directory, 'lives'),
  `${JSON.stringify({ pid: process.pid, env: process.env, args: process.argv })}\n`,
);
process.stdin.on('end', () => process.exit(0)).resume();

const server = createServer((request, response) => {
  if (request.headers.authorization !== `Bearer ${process.env['KEYWARD_LOCAL_MODEL_TOKEN']}`) {
    response.writeHead(401).end();
    return;
  }
  let text = '';
  request.on('data', (chunk: Buffer) => (text += chunk.toString()));
  request.on('end', () => {
    if (text.includes('please crash')) process.kill(process.pid, 'SIGKILL');
    response.writeHead(200, { 'content-type': 'application/json' });
    const usage = { prompt_tokens: 1, completion_tokens: 1 };
    const { input = [] } = JSON.parse(text) as { input?: string[] };
    const isCount = request.url?.endsWith('/embeddings/tokens') === true;
    const data = input.map((words, index) =>
      isCount ? words.split(' ').length : { index, embedding: [1, 0] },
    );
    response.end(JSON.stringify({ choices: [], data, usage, limit: 254 }));
  });
});

if (directory.endsWith('deaf')) process.on('SIGTERM', () => undefined);
if (directory.endsWith('crashing')) process.exit(3);
server.listen(0, '127.0.0.1', () => {
  say({ event: 'listening', port: (server.address() as AddressInfo).port });
  process.stderr.write(`${'noise '.repeat(2_000)}\n`);
  process.stdout.write('not json\n');
  const ready = (): void => {
    say({ event: 'loading' });
    say({
      event: 'ready',
      models: ['smollm2-135m-instruct', 'all-minilm-l6-v2'],
      load_ms: 1,
      complete: true,
    });
  };
  if (directory.endsWith('fetching')) {
    say({ event: 'fetching', file: 'weights', received_bytes: 43, total_bytes: 100 });
    // A test makes the file when the weights shall have arrived.
    const looks = setInterval(() => {
      if (!existsSync(join(directory, 'arrived'))) return;
      clearInterval(looks);
      ready();
    }, 10);
  } else if (directory.endsWith('failing')) {
    say({
      event: 'failed',
      reason: `no room in ${directory}`,
      hint: 'Make room.',
      models: [],
      retry_in_ms: 1_000,
    });
  } else {
    ready();
  }
});
