/**
 * A program that uses a key: it reads it from a file, again on SIGHUP, and calls the service with it all the time.
 * argv: url of the service, key file, pid file. It prints its port. GET /healthz: the id of the key that it uses, and how
 * many calls failed.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const [url = '', keyFile = '', pidFile = ''] = process.argv.slice(2);
const PAUSE_MS = 20;
let key = readFileSync(keyFile, 'utf8');
let calls = 0;
let failures = 0;

process.on('SIGHUP', () => {
  key = readFileSync(keyFile, 'utf8');
});

async function call(): Promise<string> {
  const response = await fetch(`${url}/v1/keys/self`, { headers: { authorization: `Bearer ${key}` } });
  const { key: used } = (await response.json()) as { key?: { id: string } };
  calls += 1;
  if (!response.ok) failures += 1;
  return used?.id ?? '';
}

const server = createServer((_request, response) => {
  void call().then((id) => response.end(JSON.stringify({ key: { id }, calls, failures })));
});
server.listen(0, '127.0.0.1', () => {
  writeFileSync(pidFile, String(process.pid));
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
process.stdin.resume().once('end', () => process.exit());

for (;;) {
  await call();
  await sleep(PAUSE_MS);
}
