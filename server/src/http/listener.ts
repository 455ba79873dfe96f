import { readFileSync } from 'node:fs';
import type { ServerOptions } from 'node:http';
import type { ServerOptions as TlsServerOptions } from 'node:https';
import { createSecureContext } from 'node:tls';
import { StartupError } from '../base/errors.ts';
import type { Config } from '../config.ts';
import { HeldResponse } from './answer/held-response.ts';
import type { ArrivalTimes } from './request/late-requests.ts';

const KEEP_ALIVE_MS = 72_000;
const HEAD_MS = 60_000;
const LOOK_MS = 30_000;

/** Options of the server, with TLS if configured. @throws StartupError naming the variable of an unreadable file. */
export function listenerOptions(
  config: Config,
  { arrivalMs }: ArrivalTimes,
): ServerOptions | TlsServerOptions {
  const options: ServerOptions = {
    // message-check.ts refuses it: Node's own answer lacks headers that every answer has.
    requireHostHeader: false,
    ServerResponse: HeldResponse,
    keepAliveTimeout: KEEP_ALIVE_MS,
    requestTimeout: arrivalMs,
    headersTimeout: Math.min(HEAD_MS, arrivalMs),
    connectionsCheckingInterval: Math.min(LOOK_MS, arrivalMs / 2),
  };
  return { ...options, ...certificateOf(config) };
}

function certificateOf({ tls }: Config): { cert: Buffer; key: Buffer } | undefined {
  if (tls === undefined) return undefined;
  const certificate = {
    cert: read('KEYWARD_TLS_CERT_FILE', tls.certFile),
    key: read('KEYWARD_TLS_KEY_FILE', tls.keyFile),
  };
  try {
    createSecureContext(certificate);
  } catch (cause) {
    const why = (cause as Error).message;
    throw new StartupError(
      `KEYWARD_TLS_CERT_FILE and KEYWARD_TLS_KEY_FILE cannot be used (${why}): both must be PEM and belong together.`,
      { cause },
    );
  }
  return certificate;
}

function read(variable: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new StartupError(`${variable}: ${file} cannot be read (${why}).`, { cause });
  }
}
