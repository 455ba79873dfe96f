import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { StartupError } from '../base/errors.ts';
import { Metrics } from './metrics.ts';
import { readinessOf } from './readiness.ts';
import { allRoutes } from './routes/index.ts';
import type { ArrivalTimes } from './late.ts';
import { createServer } from './server.ts';
import type { Services } from './services.ts';

export { openapiDocument } from './openapi.ts';
export { allRoutes } from './routes/index.ts';
export type { ArrivalTimes } from './late.ts';

/** How long running requests may go on once the server was asked to stop. */
const DRAIN_MS = 30_000;
/** How often connections that have become idle are closed meanwhile. */
const IDLE_SWEEP_MS = 50;

export interface Gateway {
  listen(host: string, port: number): Promise<void>;
  address(): AddressInfo | null;
  /** Accepts nothing new, finishes what runs, 30 s at most. Twice is fine. */
  stop(): Promise<void>;
}

type Given = Omit<Services, 'metrics' | 'readiness'>;

/** Every HTTP surface on one server. @throws StartupError */
export function createGateway(given: Given, times?: ArrivalTimes): Gateway {
  const { counters, nodes } = given;
  const services: Services = {
    ...given,
    metrics: new Metrics({ nodeHoldsLease: () => nodes.leaseHolds(), totals: () => counters.totals() }),
    readiness: readinessOf(given),
  };
  const app = createServer(services, allRoutes(given.version), times);
  let stopping: Promise<void> | undefined;
  return {
    listen: (host, port) => listen(app, host, port),
    address: () => app.addresses().find((address) => typeof address === 'object') ?? null,
    stop: () => (stopping ??= stop(app)),
  };
}

/** A connection that was busy when the server began to close would be kept open until its keep-alive ran out. */
async function stop(app: FastifyInstance): Promise<void> {
  const idle = setInterval(() => app.server.closeIdleConnections(), IDLE_SWEEP_MS);
  const end = setTimeout(() => app.server.closeAllConnections(), DRAIN_MS);
  try {
    await app.close();
  } finally {
    clearInterval(idle);
    clearTimeout(end);
  }
}

async function listen(app: FastifyInstance, host: string, port: number): Promise<void> {
  try {
    await app.listen({ host, port });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const reasons: Record<string, string> = {
      EADDRINUSE: `Port ${port} of ${host} is in use: stop what listens there, or set KEYWARD_PORT.`,
      EACCES: `Port ${port} may not be opened by this user: set KEYWARD_PORT to one above 1023.`,
      EADDRNOTAVAIL: `${host} is no address of this machine: set KEYWARD_HOST.`,
    };
    throw new StartupError(
      reasons[code ?? ''] ?? `Cannot listen on ${host}:${port} (${code ?? String(cause)}).`,
      { cause, exitCode: 1 },
    );
  }
}
