import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/** A body must make this progress within this time. */
const STANDSTILL_MS = 60_000;
const MOVES_BYTES = 1024;

const watched = new WeakSet<Socket>();

/** Whether the body of a request on this connection is watched here: it may take longer than others. */
export const isWatched = (socket: Socket): boolean => watched.has(socket);

/**
 * Watches a large body: it may take any time while it makes progress; `stalled` is called when it makes none.
 * @returns ends the watch.
 */
export function watchArrival(
  request: IncomingMessage,
  stalled: () => void,
  standstillMs = STANDSTILL_MS,
): () => void {
  const { socket } = request;
  watched.add(socket);
  let before = socket.bytesRead;
  const timer = setInterval(() => {
    const { bytesRead } = socket;
    // Waiting for the disk is not the client's delay.
    if (bytesRead - before < MOVES_BYTES && request.readableLength === 0) stalled();
    before = bytesRead;
  }, standstillMs);
  return () => {
    clearInterval(timer);
    watched.delete(socket);
  };
}
