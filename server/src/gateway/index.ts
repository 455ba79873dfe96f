import type { AddressInfo } from 'node:net';
import { StartupError } from '../base/errors.ts';
import { Metrics } from './metrics.ts';
import { readinessOf } from './readiness.ts';
import { allRoutes } from './routes/index.ts';
import type { ArrivalTimes } from './late.ts';
import { HttpServer } from './server.ts';
import type { Services } from './services.ts';

export { openapiDocument } from './openapi.ts';
export { allRoutes } from './routes/index.ts';
export type { ArrivalTimes } from './late.ts';

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
  const http = new HttpServer(services, allRoutes(given.version), times);
  let stopping: Promise<void> | undefined;
  return {
    listen: (host, port) => listen(http, host, port),
    address: () => http.address,
    stop: () => (stopping ??= http.stop()),
  };
}

async function listen(http: HttpServer, host: string, port: number): Promise<void> {
  try {
    await http.listen(host, port);
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
