import type { Socket } from 'node:net';
import { KeywardError } from '../../base/errors.ts';
import { isWatched, watchArrival } from './body-watchdog.ts';
import { latestOn } from './request-context.ts';
import { endAnswer } from '../answer/end-answer.ts';
import type { KernelServices } from '../services.ts';

/** How long a request may take to arrive before it is watched, and how long it may then pause. */
export interface ArrivalTimes {
  arrivalMs: number;
  standstillMs: number;
}

export const ARRIVAL_TIMES: ArrivalTimes = { arrivalMs: 300_000, standstillMs: 60_000 };

/**
 * Called once for a request that has not arrived within the time. If its answer has begun, nothing else may be written:
 * the bytes would end up inside it. Guarded by late.test.ts.
 * @returns false if nothing runs on the connection: it can be refused.
 */
export function endureLate(services: KernelServices, socket: Socket, standstillMs: number): boolean {
  const latest = latestOn(socket);
  if (latest === undefined || isWatched(socket)) return false;
  const { request, response } = latest;
  const isArriving = !request.complete;
  if (latest.isOver) {
    // Answered already: its body is of no use any more.
    if (isArriving) socket.destroy();
    return isArriving;
  }
  if (!isArriving) {
    // The head of the next one, behind an answer that is still being written.
    response.once('finish', () => socket.destroy());
    return true;
  }
  const unwatch = watchArrival(
    request,
    () => {
      unwatch();
      const why = new KeywardError('bad_request', 'The body of the request stopped arriving (timeout).', {
        status: 408,
        hint: 'Send the request again.',
      });
      endAnswer(services, latest, why);
    },
    standstillMs,
  );
  request.once('end', unwatch);
  socket.once('close', unwatch);
  return true;
}
