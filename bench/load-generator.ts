import { connect, type Socket } from 'node:net';

// Sends one request after the other on each of its connections, for a given time, and prints the result. It never sleeps:
// a load that waits in the kernel must be woken by each answer of a slow server, but not of a fast one, which would make
// the comparison of servers wrong.

/** The first argument, as JSON; the request itself comes on stdin, for it may hold a key. */
interface Order {
  host: string;
  port: number;
  connections: number;
  seconds: number;
}

/** Its output, one line of JSON. */
export interface Seen {
  requests: number;
  seconds: number;
  failed: number;
  medianUs: number;
  p99Us: number;
}

const order = JSON.parse(process.argv[2] ?? '') as Order;
const chunks: Buffer[] = [];
for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
const request = Buffer.concat(chunks);
const HEAD_END = '\r\n\r\n';

let failed = 0;
let running = true;
const latenciesUs: number[] = [];

/** Of the whole answer that begins here, in bytes; undefined while its head is incomplete. */
function lengthOf(bytes: Buffer): number | undefined {
  const end = bytes.indexOf(HEAD_END);
  if (end < 0) return undefined;
  const length = /content-length: *(\d+)/i.exec(bytes.toString('latin1', 0, end))?.[1];
  if (length === undefined) throw new Error('an answer without a content-length cannot be measured');
  return end + HEAD_END.length + Number(length);
}

function open(): Socket {
  const socket = connect({ host: order.host, port: order.port, noDelay: true });
  let sentMs = 0;
  let gathered: Buffer | undefined;
  const send = (): void => {
    sentMs = performance.now();
    socket.write(request);
  };
  socket.on('connect', send);
  socket.on('data', (chunk: Buffer) => {
    const bytes = gathered === undefined ? chunk : Buffer.concat([gathered, chunk]);
    const length = lengthOf(bytes);
    if (length === undefined || bytes.length < length) {
      gathered = bytes;
      return;
    }
    gathered = undefined;
    if (!bytes.toString('latin1', 0, 12).startsWith('HTTP/1.1 2')) failed++;
    latenciesUs.push((performance.now() - sentMs) * 1000);
    if (running) send();
  });
  socket.on('error', () => {
    failed++;
  });
  return socket;
}

const startedMs = performance.now();
const sockets = Array.from({ length: order.connections }, open);
const spin = (): unknown => (running ? setImmediate(spin) : undefined);
spin();
setTimeout(() => {
  running = false;
  const seconds = (performance.now() - startedMs) / 1000;
  for (const socket of sockets) socket.destroy();
  const sorted = Float64Array.from(latenciesUs).sort();
  const at = (share: number): number => Math.round(sorted[Math.floor(sorted.length * share)] ?? 0);
  const seen: Seen = { requests: sorted.length, seconds, failed, medianUs: at(0.5), p99Us: at(0.99) };
  process.stdout.write(`${JSON.stringify(seen)}\n`);
}, order.seconds * 1000);
