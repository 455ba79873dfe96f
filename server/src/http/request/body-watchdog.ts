import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/** How long a body may stand still, and what has to come in that time for it to move. */
const STANDSTILL_MS = 60_000;
const MOVES_BYTES = 1024;

const watched = new WeakSet<Socket>();

/** Whether a request on this connection may take longer than others to arrive: it is watched here. */
export const isWatched = (socket: Socket): boolean => watched.has(socket);

/**
 * Watches a large body come in: it may take as long as it likes while it moves, and `stalled` is called once it stands still.
 * @returns what ends the watch.
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
    // What waits here to be written to the disk is not the client's delay.
    if (bytesRead - before < MOVES_BYTES && request.readableLength === 0) stalled();
    before = bytesRead;
  }, standstillMs);
  return () => {
    clearInterval(timer);
    watched.delete(socket);
  };
}
