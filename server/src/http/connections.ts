import type { Socket } from 'node:net';
import { latestOn } from './request/request-context.ts';

/** The open connections, for the end of the server. Guarded by draining.test.ts. */
export class Connections {
  /** With the bytes that each had received at the last look, where it was idle then. */
  readonly #open = new Map<Socket, number | undefined>();

  add(socket: Socket): void {
    this.#open.set(socket, undefined);
    socket.once('close', () => this.#open.delete(socket));
  }

  /** Answers that have not begun say that they are the last ones of their connections. */
  closeWithAnswers(): void {
    for (const socket of this.#open.keys()) {
      const latest = latestOn(socket);
      if (latest?.isOver === false && !latest.response.headersSent) latest.headers['connection'] = 'close';
    }
  }

  /**
   * Closes those that have been idle since the last look, also those that never had a request. Not those that have just
   * become idle: their client may be sending the next request.
   */
  closeIdle(): void {
    for (const [socket, before] of this.#open) {
      const bytes = latestOn(socket)?.isOver === false ? undefined : socket.bytesRead;
      if (bytes !== undefined && bytes === before) socket.destroy();
      else this.#open.set(socket, bytes);
    }
  }
}
