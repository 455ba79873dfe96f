import type { AddressInfo } from 'node:net';
import { StartupError } from '../base/errors.ts';
import { HttpServer } from './server.ts';
import type { ArrivalTimes } from './request/late-requests.ts';
import type { Route } from './route.ts';
import type { KernelServices } from './services.ts';

export { Metrics } from './metrics.ts';
export { openapiDocument, errorsOf, failuresAs } from './openapi/openapi-document.ts';
export type { ArrivalTimes } from './request/late-requests.ts';

export interface Listener {
  listen(host: string, port: number): Promise<void>;
  address(): AddressInfo | null;
  /** Accepts nothing new, finishes what runs, 30 s at most. Twice is fine. */
  stop(): Promise<void>;
}

/** All routes on one server, not listening yet. @throws StartupError */
export function openHttp<S extends KernelServices>(
  services: S,
  routes: readonly Route<S>[],
  times?: ArrivalTimes,
): Listener {
  const http = new HttpServer(services, routes, times);
  let stopping: Promise<void> | undefined;
  return {
    listen: (host, port) => listen(http, host, port),
    address: () => http.address,
    stop: () => (stopping ??= http.stop()),
  };
}

async function listen(http: Pick<HttpServer, 'listen'>, host: string, port: number): Promise<void> {
  try {
    await http.listen(host, port);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const reasons: Record<string, string> = {
      EADDRINUSE: `Port ${port} of ${host} is in use: stop the program that listens there, or set KEYWARD_PORT.`,
      EACCES: `This user may not open port ${port}: set KEYWARD_PORT to a port above 1023.`,
      EADDRNOTAVAIL: `${host} is not an address of this machine: set KEYWARD_HOST.`,
    };
    throw new StartupError(
      reasons[code ?? ''] ?? `Cannot listen on ${host}:${port} (${code ?? String(cause)}).`,
      { cause, exitCode: 1 },
    );
  }
}
export {
  routesOn,
  type Access,
  type Answer,
  type Call,
  type Declared,
  type DeclareRoute,
  type Route,
} from './route.ts';
export { BODY_MAX_BYTES, IMPORT_MAX_BYTES, parseJson, tooMany } from './body/json-body.ts';
export { challengeHeaders, errorEvent, problemShape, toKeywardError } from './answer/error-shapes.ts';
export type { ErrorAnswer } from './answer/error-shapes.ts';
export type { KernelServices } from './services.ts';
export { validator } from './validation.ts';
export { decoder, type Decoded } from './decoding.ts';
export { readCredential } from './credentials.ts';
export type { Json, Surface } from './surface.ts';
export type { WholeAnswer } from './answer/send-answer.ts';
export {
  closed,
  idParam,
  lastAdminFlag,
  Name,
  nullable,
  oneOf,
  pageOf,
  pageQuery,
  Reason,
  Time,
} from './schemas.ts';
export { takeQuestion } from './admission.ts';
export type { Course } from './request/request-context.ts';
export { watchArrival } from './request/body-watchdog.ts';
export { openForm } from './body/form.ts';
export { JSON_TYPE, receive } from './body/body-reader.ts';
