import { chmod, mkdir, rm } from 'node:fs/promises';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { LineCutter } from '../base/lines.ts';
import type { Logger } from '../base/logger.ts';
import { isTopic, readConfirmation, writeConfirmation, type Wire, type WireEvents } from './wire.ts';

/** The path of a Unix socket has at most about 107 bytes. */
const PATH_MAX_BYTES = 100;
const LINE_MAX_BYTES = 60;
const UNREAD_MAX_BYTES = 16 * 1024;
const NODE_ID = /^node_[0-9A-Za-z]{12}$/;

interface Options {
  nodeId: string;
  /** Of the socket; a folder below the system's temporary one where the path would be too long. */
  directory: string;
  events: WireEvents;
  logger: Logger;
}

/**
 * Between processes on one machine: each node listens on a Unix socket in a folder of mode 0700. A line is the number of a
 * change, which is answered with a confirmation, or `wake` and a topic.
 */
export async function openSocketWire(options: Options): Promise<Wire> {
  const address = socketFile(options.nodeId, options.directory);
  await prepareFolder(address);
  const open = new Set<Socket>();
  const server = createServer((socket) => serve(socket, open, options));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address, resolve);
  });
  server.unref();
  const peers = new Map<string, Socket>();
  // Separate connections: no change waits behind a wake-up, and an older Keyward closes only these.
  const wakers = new Map<string, Socket>();
  return {
    address,
    notification: undefined,
    markAnnounced: () => undefined,
    announce: (node, seq) => {
      const socket = peers.get(node.address) ?? connect(node, { peers, events: options.events });
      socket.write(`${seq}\n`);
    },
    wake: async (nodes, topic) => {
      for (const node of nodes) {
        const socket = wakers.get(node.address) ?? connect(node, { peers: wakers, events: options.events });
        // A node that does not read looks by itself when it goes on.
        if (socket.writableLength < UNREAD_MAX_BYTES) socket.write(`wake ${topic}\n`);
      }
    },
    forget: async (node) => {
      peers.get(node.address)?.destroy();
      wakers.get(node.address)?.destroy();
      // The database names the file: only one that a node would have made is removed.
      const isOurs = NODE_ID.test(node.id) && socketFile(node.id, options.directory) === node.address;
      if (isOurs) await removeSocket(node.address);
    },
    close: () => close(server, [...open, ...peers.values(), ...wakers.values()], address),
  };
}

function socketFile(nodeId: string, directory: string): string {
  const near = join(directory, `${nodeId}.sock`);
  return Buffer.byteLength(near) <= PATH_MAX_BYTES ? near : join(tmpdir(), `keyward-${nodeId}`, 'sock');
}

async function prepareFolder(path: string): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
}

/** A temporary folder has only this socket. */
async function removeSocket(path: string): Promise<void> {
  await rm(path.endsWith('.sock') ? path : dirname(path), { recursive: true, force: true });
}

function serve(socket: Socket, open: Set<Socket>, { events, logger }: Options): void {
  open.add(socket);
  socket.unref();
  socket.once('close', () => open.delete(socket));
  socket.on('error', () => socket.destroy());
  onLines(socket, (line) => {
    if (line.startsWith('wake ') && isTopic(line.slice('wake '.length))) {
      events.onWake(line.slice('wake '.length));
      return true;
    }
    if (!/^\d{1,15}$/.test(line)) return false;
    events
      .onAnnounced(Number(line))
      .then((confirmation) => socket.write(`${writeConfirmation(confirmation)}\n`))
      .catch((error: unknown) => logger.warn({ err: error }, 'a change could not be applied at once'));
    return true;
  });
}

function connect(
  node: { id: string; address: string },
  { peers, events }: { peers: Map<string, Socket>; events: WireEvents },
): Socket {
  const socket = createConnection(node.address);
  socket.unref();
  peers.set(node.address, socket);
  const forget = (): void => {
    if (peers.get(node.address) === socket) peers.delete(node.address);
    socket.destroy();
  };
  // The lease decides whether the node is live.
  socket.on('error', forget);
  socket.once('close', forget);
  onLines(socket, (line) => {
    const confirmation = readConfirmation(line);
    if (confirmation === undefined) return false;
    events.onConfirmed(node.id, confirmation);
    return true;
  });
  return socket;
}

/** @param use returns false for a malformed line, which ends the connection. */
function onLines(socket: Socket, use: (line: string) => boolean): void {
  const cutter = new LineCutter(LINE_MAX_BYTES);
  socket.on('data', (chunk: Buffer) => {
    for (const { bytes, isCut } of cutter.cut(chunk))
      if (isCut || !use(bytes.toString('latin1'))) socket.destroy();
  });
}

async function close(server: Server, sockets: Socket[], address: string): Promise<void> {
  for (const socket of sockets) socket.destroy();
  if (!server.listening) return;
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  await removeSocket(address);
}
