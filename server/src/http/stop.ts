import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import type { Server } from 'node:http';
import { Server as Listener } from 'node:net';
import { timeLimit } from '../base/time-limit.ts';
import type { Connections } from './connections.ts';
import type { KernelServices } from './services.ts';

/** Once nothing new is accepted, connections are closed that are idle at two looks: a client may be far away. */
const LOOK_MS = 500;
/** Of the time for all of stopping, this is left to write what the requests used; a quarter of a short time. */
const REST_MAX_MS = 5_000;
/** Requests that are ended may send their last words. */
const LAST_WORDS_MS = 500;
/** The listener is closed once nothing has come for so long: */
const QUIET_MS = 10;
/** or after this time, as soon as nothing comes in one turn of the event loop: */
const RESTLESS_MS = 200;
/** or at this time. */
const QUIET_MAX_MS = 500;

interface Listening {
  servers: readonly Server[];
  connections: Connections;
  /** How many connections and requests have come. */
  arrivals: () => number;
  /** From here on requests wait, until the function that it returns is called. */
  hold: () => () => void;
}

/**
 * Ends the server so that no request of a client or a proxy is lost: it goes on as before for a while, except that each
 * answer is the last one of its connection and GET /readyz refuses; then it accepts no connections; then running requests
 * end, or are ended. Guarded by draining.test.ts and rolling-restart.test.ts.
 */
export async function stopListening(services: KernelServices, listening: Listening): Promise<void> {
  const { servers, connections } = listening;
  if (servers.length === 0) return;
  const { drainMs, limitMs } = services.config.stopping;
  const endMs = performance.now() + limitMs - Math.min(REST_MAX_MS, limitMs / 4);
  connections.closeWithAnswers();
  connections.closeIdle();
  await sleep(drainMs);
  const goOn = listening.hold();
  await quietMoment(listening);
  // Not `close` of node:http, which also closes connections that may have a request.
  const closed = Promise.all(
    servers.map((one) => new Promise((resolve) => Listener.prototype.close.call(one, resolve))),
  );
  connections.closeIdle();
  goOn();
  services.stopping.abort();
  const look = setInterval(() => connections.closeIdle(), LOOK_MS);
  try {
    if (await isBefore(endMs, closed)) return;
    services.nodes.runs.endAll('server_stopping');
    if (await isBefore(performance.now() + LAST_WORDS_MS, closed)) return;
    for (const server of servers) server.closeAllConnections();
  } finally {
    clearInterval(look);
    // Ends its timers.
    for (const server of servers) server.close();
  }
}

async function isBefore(endMs: number, done: Promise<unknown>): Promise<boolean> {
  const limit = timeLimit(endMs);
  const isInTime = await limit.within(done);
  limit.end();
  return isInTime;
}

/**
 * Resolves in a turn of the event loop in which nothing has come. A connection that the kernel has made and this process has not
 * yet seen would be reset with its request, so the turn must be short: requests are held. Most clients then wait for their
 * answers and send nothing.
 */
async function quietMoment({ arrivals }: Listening): Promise<void> {
  const beganMs = performance.now();
  for (let quietSinceMs = beganMs; ;) {
    const before = arrivals();
    const isRestless = performance.now() - beganMs > RESTLESS_MS;
    await (isRestless ? turn() : sleep(1).then(() => turn()));
    const nowMs = performance.now();
    if (nowMs - beganMs > QUIET_MAX_MS) return;
    if (arrivals() !== before) quietSinceMs = nowMs;
    else if (isRestless || nowMs - quietSinceMs >= QUIET_MS) return;
  }
}
